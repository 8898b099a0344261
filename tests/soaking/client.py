"""HTTP/1.1 by hand: what a ready-made client would not send, or would not leave unread."""

import socket
import struct

TIMEOUT = 120  # seconds


class Broken(Exception):
    """The other side has ended the connection before the response was whole."""


class Client:
    """One connection."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.input.close()
        self.socket.close()
        return False

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as e:
            raise Broken(str(e)) from e

    def ask(self, method, target, body=None, fields=(), is_chunked=False):
        """A request, and its response whole."""
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *fields]
        if body is not None:
            lines.append("Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {len(body)}")
        head = "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"
        if body is None:
            body = b""
        elif is_chunked:
            body = chunks(body)
        self.send(head + body)
        return self.receive(method)

    def receive(self, method="GET"):
        """Status, fields with names in lower case, body."""
        status, fields = self.receive_head()
        if method == "HEAD" or status in (204, 304):
            return status, fields, b""
        try:
            if fields.get("transfer-encoding") == "chunked":
                return status, fields, self.receive_chunks()
            if "content-length" in fields:
                return status, fields, self.exactly(int(fields["content-length"]))
            return status, fields, self.input.read()
        except OSError as e:
            raise Broken(str(e)) from e

    def receive_head(self):
        try:
            line = self.input.readline(65536)
            if not line.startswith(b"HTTP/1.1 "):
                raise Broken(f"{line[:80]!r} in place of a status line")
            fields = {}
            for line_of_field in iter(self.line, b""):
                name, _, value = line_of_field.partition(b":")
                fields[name.decode().lower()] = value.strip().decode("latin-1")
            return int(line.split()[1]), fields
        except OSError as e:
            raise Broken(str(e)) from e

    def line(self):
        line = self.input.readline(65536)
        if not line.endswith(b"\n"):
            raise Broken("the connection ended within a line")
        return line.rstrip(b"\r\n")

    def exactly(self, count):
        data = self.input.read(count)
        if len(data) < count:
            raise Broken(f"{count - len(data)} bytes are missing")
        return data

    def receive_chunks(self):
        body = b""
        while True:
            size = int(self.line(), 16)
            body += self.exactly(size)
            if size == 0:
                while self.line():
                    pass
                return body
            self.line()

    def reset(self):
        """Leaves without a word: a TCP RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def chunks(body, size=5000):
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])
