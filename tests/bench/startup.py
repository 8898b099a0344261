"""How long a daemon takes from its birth to its first answer."""

import calendar
import math
import os
import re
import shutil
import socket
import statistics
import time

import goals
import kept
import peers
import subject
import tables
from server import Server

TITLE = "Start-up"
STARTS = 3  # of each kind at least, in all rounds together; 2 in each
TARGETS = {"jar": "bench.jar", ".java": "Bench.java"}
WANTED = {("jar", "later"): 120, (".java", "first"): 400, (".java", "later"): 130}  # ms
ENTRY = "entry-point=Bench::application"
REQUEST = b"GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
ANSWER_SECONDS = 60
STARTED = re.compile(r"^\[(.*)\.(\d+) (\d+)\] .*MJ0102: ", re.MULTILINE)


def lacks():
    return ""


def jdks(places):
    return {"newer": places.java_home, **({"older": places.older_java_home} if places.older_java_home else {})}


def measure(chosen, places, runs, settings):
    starts = max(2, math.ceil(STARTS / settings.rounds))
    for jdk, java_home in jdks(places).items():
        for kind, target in TARGETS.items():
            run = Run(java_home, f"{places.tree}/{target}", places, f"{runs}-{jdk}-{kind.strip('.')}")
            for _ in range(starts):
                run.forget()
                yield {"jdk": jdk, "kind": kind, "when": "first", "ms": run.start()}
            run.forget()
            run.start(settings.archive_seconds)
            for _ in range(starts):
                yield {"jdk": jdk, "kind": kind, "when": "later", "ms": run.start()}
            if kind == ".java":
                for _ in range(starts):
                    run.change()
                    yield {"jdk": jdk, "kind": kind, "when": "changed", "ms": run.start()}


class Run:
    """Starts of one application, whose state folder stays."""

    def __init__(self, java_home, target, places, folder):
        self.java_home = java_home
        self.target = f"{folder}/{os.path.basename(target)}"
        self.places = places
        self.folder = folder
        self.count = 0
        os.mkdir(folder)
        os.chmod(folder, 0o755)
        shutil.copy(target, self.target)
        self.peer = peers.Peer("startup", "start-up", self.configure, "variant")

    def configure(self, places, run):
        parameters = f"{ENTRY} param.file={places.tree}/htdocs/file"
        return (
            subject.module(places, f"{self.folder}/state")
            + subject.pool("bench", self.java_home)
            + subject.mount("/", self.target, "bench", parameters)
        ), None

    def forget(self):
        """What was kept: the next start is the first."""
        shutil.rmtree(f"{self.folder}/state", ignore_errors=True)

    def change(self):
        """What was compiled does not count any more; the archives do."""
        with open(self.target, "a", encoding="utf-8") as source:
            source.write("// changed\n")

    def start(self, archive_seconds=0):
        """Starts httpd, with a client that waits already; milliseconds between the birth of the daemon and the client's answer."""
        self.count += 1
        with Server(self.peer, self.places, f"{self.folder}/{self.count}", {"TZ": "UTC"}, is_awaited=False) as server:
            answered = first_answer(server)
            took = (answered - birth(server)) * 1000
            kept.await_archive(server, f"{self.folder}/state", archive_seconds)
        return took


def first_answer(server):
    """The time at which a request is answered that was sent as soon as anything listened."""
    deadline = time.monotonic() + ANSWER_SECONDS
    with connection(server, deadline) as client:
        client.sendall(REQUEST)
        head = client.recv(64)
        now = time.time()
    if not head.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"start-up: {head!r}\n{server.logs()}")
    return now


def connection(server, deadline):
    while True:
        try:
            return socket.create_connection(("127.0.0.1", server.port), ANSWER_SECONDS)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise RuntimeError(f"start-up: httpd does not listen\n{server.logs()}") from None
            time.sleep(0.001)


def birth(server):
    """When the supervisor had forked the daemon, as it logs it."""
    with open(f"{server.run}/error.log", encoding="utf-8", errors="replace") as log:
        found = STARTED.findall(log.read())
    if len(found) != 1:
        raise RuntimeError(f"start-up: {len(found)} daemons were started\n{server.logs()}")
    date, fraction, year = found[0]
    return calendar.timegm(time.strptime(f"{date} {year}", "%a %b %d %H:%M:%S %Y")) + float(f"0.{fraction}")


def section(samples):
    rows = []
    for jdk in ("newer", "older"):
        for kind in TARGETS:
            row = [f"{kind}, {jdk} JDK"]
            for when in ("first", "later", "changed"):
                found = [sample["ms"] for sample in tables.select(samples, jdk=jdk, kind=kind, when=when)]
                row.append(f"{statistics.median(found):.0f} ({min(found):.0f}–{max(found):.0f}, {len(found)})" if found else "")
            if any(row[1:]):
                rows.append(row)
    heading = "**Start-up: from the birth of a daemon to its first answer, ms: median (least–most, starts)**\n\n"
    return heading + tables.table(["", "first time", "later", "source changed"], rows)


def reached(samples):
    found = []
    for (kind, when), wanted in WANTED.items():
        for jdk in ("newer", "older"):
            rounds = {}
            for sample in tables.select(samples, jdk=jdk, kind=kind, when=when):
                rounds.setdefault(sample["round"], []).append(sample["ms"])
            if rounds:
                medians = [statistics.median(values) for values in rounds.values()]
                found.append(goals.absolute(f"start-up, ms: {kind}, {when}, {jdk} JDK", medians, wanted))
    return found
