"""The workloads as a WSGI application."""

FILE = "@FILE@"
PIECE = b"x" * 65536
PIECES = 160
MEMORY = b"x" * 102400
HELLO = b"Hello, world\n"


def application(environ, start_response):
    path = environ["PATH_INFO"]
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    body = HELLO
    if path == "/memory":
        body = MEMORY
    elif path == "/stream":
        start_response("200 OK", headers)
        return (PIECE for _ in range(PIECES))
    elif path == "/file":
        start_response("200 OK", headers)
        return environ["wsgi.file_wrapper"](open(FILE, "rb"))
    elif path == "/length":
        body = b"%d\n" % len(environ["wsgi.input"].read())
    elif path == "/headers" and "HTTP_X_REQUEST_19" in environ:
        headers += [("X-Response-%d" % i, "a value of some twenty bytes") for i in range(1, 16)]
    headers.append(("Content-Length", str(len(body))))
    start_response("200 OK", headers)
    return [body]
