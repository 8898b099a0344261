"""The load: kinds of clients, each a function of one turn. What a turn returns is counted; Unexpected ends up in the verdict."""

import json
import os
import shutil
import socket
import struct
import subprocess
import time
import zlib

from client import Broken, Client
from site_under_test import FILE_LENGTH, pattern

H2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
BYTES = pattern(FILE_LENGTH)

# What no server takes. None of it is answered with 200.
BROKEN = [
    b"GET /hello HTTP/x\r\nHost: x\r\n\r\n",
    b"GET /hello HTTP/1.1\r\n\r\n",
    b"GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    b"GET /hello HTTP/1.1\r\nHost : x\r\n\r\n",
    b"GET /hello HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n",
    b"GET /hello/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /hello/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /hello/%ff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /hello/../../.. HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /flow?up HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /flow?up HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    b"POST /flow?up HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    b"POST /flow?up HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n",
    b"POST /flow?up HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity, x\r\n\r\n",
    b"GET /hello HTTP/1.1\r\nHost: x\r\nX: " + b"v" * 9000 + b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xff" * 64 + b"\r\n\r\n",
    b"\0" * 100 + b"\r\n\r\n",
]


class Unexpected(Exception):
    pass


def require(is_right, what):
    if not is_right:
        raise Unexpected(what)


def require_answer(answer, body, status=200):
    require(answer[0] == status and answer[2] == body, f"{answer[0]} {answer[2][:80]!r} in place of {status} {body[:80]!r}")


def hello(site, random):
    """Requests one after another; httpd may end an idle connection, as a graceful restart does."""
    with Client(site.port) as client:
        for i in range(20):
            try:
                answer = client.ask("GET", f"/hello/{i}")
            except Broken:
                require(i > 0, "the first request of a connection was not answered")
                return "closed"
            require_answer(answer, f"Hello, /{i}\n".encode())
    return "whole"


def pipeline(site, random):
    with Client(site.port) as client:
        client.send(b"".join(b"GET /hello/%d HTTP/1.1\r\nHost: x\r\n\r\n" % i for i in range(8)))
        for i in range(8):
            try:
                answer = client.receive()
            except Broken:
                require(i > 0, "no request of a pipeline was answered")
                return "closed"
            require_answer(answer, f"Hello, /{i}\n".encode())
    return "whole"


def upload(site, random):
    body = random.randbytes(random.choice((0, 1, 1000, 70_000, 400_000)))
    with Client(site.port) as client:
        answer = client.ask("POST", "/flow?up", body, is_chunked=random.random() < 0.5)
    require_answer(answer, f"{len(body)} {zlib.crc32(body):x}".encode())
    return "whole"


def echo(site, random):
    body = random.randbytes(random.randrange(200_000))
    with Client(site.port) as client:
        # in small steps, so that neither side waits for the other
        client.send(b"POST /flow?echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n")
        require_answer(client.receive(), body)
    return "whole"


def download(site, random):
    count = random.choice((1, 100, 70_000, 1_500_000))
    with Client(site.port) as client:
        if random.random() < 0.3:
            require_answer(client.ask("GET", f"/flow?memory={count}"), bytes(count))
        else:
            require_answer(client.ask("GET", f"/flow?{random.choice(('down', 'known'))}={count}"), BYTES[:count])
    return "whole"


def file(site, random):
    with Client(site.port) as client:
        kind = random.choice(("whole", "range", "head", "missing", "part"))
        if kind == "whole":
            require_answer(client.ask("GET", f"/wire?file={site.file}"), BYTES)
        elif kind == "range":
            first = random.randrange(FILE_LENGTH - 10)
            last = min(FILE_LENGTH - 1, first + random.randrange(100_000))
            answer = client.ask("GET", f"/wire?file={site.file}", fields=[f"Range: bytes={first}-{last}"])
            require_answer(answer, BYTES[first : last + 1], 206)
        elif kind == "head":
            answer = client.ask("HEAD", f"/wire?file={site.file}")
            require(answer[1].get("content-length") == str(FILE_LENGTH), f"HEAD: {answer}")
        elif kind == "missing":
            require(client.ask("GET", f"/wire?file={site.file}.missing")[0] == 404, "a missing file is not 404")
        else:
            require_answer(client.ask("GET", f"/wire?part={site.file}"), BYTES[2:5])
    return kind


def breaks(site, random):
    """Responses that the application breaks off: none may seem whole."""
    with Client(site.port) as client:
        question = random.choice(("throws=100000", "flushes", "short=200000", "long=100000"))
        try:
            status, _, body = client.ask("GET", f"/flow?{question}")
        except Broken:
            return "broken off"
        # what was still in the buffers can become an error, and a surplus may be cut
        require(status == 500 or (question.startswith("long") and body == BYTES[:100_000]), f"{question}: {status}, {len(body)} bytes")
        return "error"


def leave(site, random):
    """Leaves within a request or a response."""
    with Client(site.port) as client:
        kind = random.choice(("down", "file", "up", "ticks", "head"))
        if kind == "down":
            client.send(b"GET /flow?down=50000000 HTTP/1.1\r\nHost: x\r\n\r\n")
            client.input.read(random.randrange(1, 300_000))
        elif kind == "file":
            client.send(f"GET /wire?file={site.file} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            client.input.read(random.randrange(1, 300_000))
        elif kind == "up":
            client.send(b"POST /flow?up HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + bytes(random.randrange(200_000)))
        elif kind == "ticks":
            client.send(b"POST /flow?ticks HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
            client.input.read(20)
        else:
            client.send(b"GET /hello HTTP/1.1\r\nHost:")
        if random.random() < 0.5:
            client.reset()
    return kind


def slow(site, random):
    """A client that writes and reads a little at a time."""
    with Client(site.port) as client:
        for byte in b"POST /flow?echo HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n":
            client.send(bytes([byte]))
            time.sleep(0.005)
        for i in range(20):
            client.send(b"%d" % (i % 10))
            time.sleep(0.02)
        require_answer(client.receive(), b"01234567890123456789")
    with Client(site.port) as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        client.send(b"GET /flow?down=400000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        status, fields = client.receive_head()
        left = 400_000
        while left > 0 and fields.get("transfer-encoding") == "chunked":
            line = client.line()
            size = int(line, 16)
            for begin in range(0, size, 20_000):
                client.exactly(min(20_000, size - begin))
                time.sleep(0.02)
            client.line()
            left -= size
        require(status == 200 and left == 0, f"{status}, {left} bytes are missing")
    return "whole"


def broken(site, random):
    request = random.choice(BROKEN)
    with Client(site.port) as client:
        try:
            client.send(request)
            client.socket.shutdown(socket.SHUT_WR)
            answer = client.input.read()
        except (Broken, OSError):
            return "reset"
    require(b"Hello" not in answer and not answer.startswith(b"HTTP/1.1 200"), f"{request[:80]!r} was answered {answer[:80]!r}")
    return "refused"


def reset_streams(site, random):
    """HTTP/2: requests that are reset as soon as they are made."""
    with Client(site.port) as client:
        client.send(H2_PREFACE)
        try:
            for stream in range(1, 101, 2):
                client.send(h2_request(stream, random.choice((b"/hello", b"/flow?down=300000", b"/mortal/hello"))))
                client.send(struct.pack(">IBII", 4 << 8 | 3, 0, stream, 8))
        except Broken:
            return "stopped"  # by httpd's own limit
        if random.random() < 0.5:
            client.reset()
    return "all"


def h2_request(stream, path):
    block = b"\x82\x86"
    for name, value in ((b":path", path), (b":authority", b"x")):
        block += b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value
    return struct.pack(">IBI", len(block) << 8 | 1, 5, stream) + block


def h2load(site, random):
    if shutil.which("h2load") is None:
        return "missing"
    path = random.choice(("/hello", "/flow?down=70000"))
    command = ["h2load", "-n200", "-c2", "-m8", "-t1", f"http://127.0.0.1:{site.port}{path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, start_new_session=True)
    require(" 0 4xx, 0 5xx" in done.stdout, f"h2load: {done.stdout}{done.stderr}")
    return "whole" if "200 succeeded" in done.stdout else "cut"  # by a graceful restart


def web_socket(site, random):
    with Client(site.port) as client:
        client.send(
            b"GET /sockets?echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        require(client.receive_head()[0] == 101, "no WebSocket")
        for _ in range(random.randrange(1, 30)):
            message = random.randbytes(random.choice((0, 5, 125, 126, 3000, 65_536)))
            client.send(web_socket_frame(2, message))
            opcode, data = receive_frame(client)
            if opcode == 8:
                return "going away"
            require(data == message, "the echo differs")
        if random.random() < 0.3:
            client.reset()
            return "left"
        client.send(web_socket_frame(8, b"\x03\xe8"))
        require(receive_frame(client)[0] == 8, "no close")
    return "closed"


def web_socket_frame(opcode, data):
    length = len(data)
    head = bytes([0x80 | opcode])
    if length < 126:
        head += bytes([0x80 | length])
    else:
        head += struct.pack(">BH", 0x80 | 126, length) if length < 65_536 else struct.pack(">BQ", 0x80 | 127, length)
    return head + b"\0\0\0\0" + data  # masked with nothing


def receive_frame(client):
    """Opcode and data of a whole message, which may come in several frames."""
    opcode, data, is_last = None, b"", False
    while not is_last:
        first, length = client.exactly(2)
        if length == 126:
            (length,) = struct.unpack(">H", client.exactly(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", client.exactly(8))
        part = client.exactly(length)
        if first & 0x0F in (9, 10):
            continue
        opcode = first & 0x0F if opcode is None else opcode
        data += part
        is_last = bool(first & 0x80)
    return opcode, data


def mortal(site, random):
    """A pool whose processes are killed: whatever comes is whole or an error."""
    with Client(site.port) as client:
        target = random.choice(("/mortal/hello/x", "/mortal/flow?down=300000", "/mortal/limits?sleep=200", "/mortal/limits?sleep=4000"))
        try:
            status, _, body = client.ask("GET", target)
        except Broken:
            return "broken off"
    if status == 200 and target.startswith("/mortal/flow"):
        require(body == BYTES[:300_000], f"{target}: {len(body)} bytes")
    require(status in (200, 500, 502, 503, 504), f"{target}: {status}")
    return str(status)


def sleeper(site, random):
    """A pool that stops when it is idle."""
    with Client(site.port) as client:
        require_answer(client.ask("GET", "/sleeper/x"), b"Hello, /x\n")
    time.sleep(random.random() * 4)
    return "whole"


def status(site, random):
    with Client(site.port) as client:
        answer = client.ask("GET", "/status?json")
    require(answer[0] == 200 and json.loads(answer[2]), f"status: {answer[0]}")
    return "whole"


def control(site, random):
    """The supervisor's socket for people: commands, and what is none."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(60)
        line.connect(f"{site.run}/jvm/control")
        command = random.choice((b"status\n", b"status mortal\n", b"roll mortal\n", b"nonsense\n", b"dump steady\n", os.urandom(200), b""))
        try:
            line.sendall(command)
            line.shutdown(socket.SHUT_WR)
            while line.recv(65536):
                pass
        except OSError:
            return "refused"
    return "answered"


STEADY = [hello, pipeline, upload, echo, download, file, breaks, leave, slow, broken, reset_streams, h2load, web_socket, sleeper, status]
MORTAL = [mortal, control]
