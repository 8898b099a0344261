#!/usr/bin/python3
"""A program that another module of httpd runs: a WSGI application, a CGI script, or a FastCGI server. It tells what it has inherited, a line each:
`fd NUMBER PATH: WHAT`, where WHAT is `socket TYPE`, `open`, or for a mark (O_PATH) what comes of opening it anew and connecting to it; and `map PATH`."""
import os
import re
import socket
import struct
import sys


def attempt(action):
    try:
        action()
        return "done"
    except OSError as e:
        return "refused" if e.errno in (1, 13) else os.strerror(e.errno)


def connect(path):
    for kind in (socket.SOCK_SEQPACKET, socket.SOCK_STREAM):
        with socket.socket(socket.AF_UNIX, kind) as s:
            s.connect(path)


def kind_of(number):
    try:
        with socket.socket(fileno=os.dup(number)) as s:
            return "socket %s" % s.type.name
    except OSError:
        return None


def is_mark(number):
    with open("/proc/self/fdinfo/%d" % number) as info:
        flags = int(re.search(r"flags:\s*(\d+)", info.read()).group(1), 8)
    return flags & os.O_PATH != 0


def describe(number):
    path = "/proc/self/fd/%d" % number
    what = kind_of(number) or "open"
    if is_mark(number):
        opened = attempt(lambda: os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK)))
        what = "mark, to open it: %s, to connect: %s" % (opened, attempt(lambda: connect(path)))
    return "fd %d %s: %s" % (number, os.readlink(path), what)


def report():
    lines = ["user %d" % os.getuid()]
    for number in sorted(int(name) for name in os.listdir("/proc/self/fd")):
        try:
            lines.append(describe(number))
        except OSError:
            pass  # of the listing itself
    with open("/proc/self/maps", errors="replace") as maps:
        lines += sorted({"map " + found.group(1) for found in (re.search(r"(/(?:memfd:|dev/|SYSV).*)", line) for line in maps) if found})
    return "".join(line + "\n" for line in lines).encode()


def application(environ, start_response):
    body = report()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


def read(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def serve_fastcgi(listener):
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                kind = length = -1
                while (kind, length) != (5, 0):  # the end of the request's body
                    _, kind, request, length, padding, _ = struct.unpack(">BBHHBx", read(connection, 8)) + (0,)
                    read(connection, length + padding)
            except EOFError:
                continue
            out = b"Content-Type: text/plain\r\n\r\n" + report()
            for at in range(0, len(out), 32768):
                piece = out[at:at + 32768]
                connection.sendall(struct.pack(">BBHHBx", 1, 6, request, len(piece), 0) + piece)
            connection.sendall(struct.pack(">BBHHBx", 1, 3, request, 8, 0) + bytes(8))


if __name__ == "__main__":
    if "GATEWAY_INTERFACE" in os.environ:
        sys.stdout.buffer.write(b"Content-Type: text/plain\n\n" + report())
    else:
        serve_fastcgi(socket.socket(fileno=0))
