"""The workloads: what every peer serves, and how it is recognised as served."""

from dataclasses import dataclass

MIB = 1024 * 1024
STREAM_LENGTH = 10 * MIB
POST_LENGTH = 65536
RESPONSE_HEADERS = 15
REQUEST_HEADERS = {f"X-Request-{i}": "v" * 64 for i in range(1, 20)}


@dataclass(frozen=True)
class Workload:
    name: str
    title: str
    path: str
    connections: int
    shape: str = "get"  # how wrk.lua builds the request
    length: int = 13  # of the response's body


ALL = [
    Workload("hello-1", "hello c1", "/hello", 1),
    Workload("hello-8", "hello c8", "/hello", 8),
    Workload("hello-64", "hello c64", "/hello", 64),
    Workload("memory", "100 KB", "/memory", 8, length=102400),
    Workload("stream", "10 MB streamed", "/stream", 8, length=STREAM_LENGTH),
    Workload("file", "10 MB file", "/file", 8, length=STREAM_LENGTH),
    Workload("length", "POST 64 KB", "/length", 8, shape="post", length=len(f"{POST_LENGTH}\n")),
    Workload("headers", "20+15 headers", "/headers", 8, shape="headers"),
]
HELLO = [w for w in ALL if w.path == "/hello"]
BY_NAME = {w.name: w for w in ALL}
