"""How much memory idle daemons hold."""

import concurrent.futures
import dataclasses
import http.client
import json
import statistics
import time

import goals
import httpd
import kept
import peers
import processes
import subject
import tables
import workloads
from server import Server

TITLE = "Memory"
HELLO = workloads.BY_NAME["hello-8"]
BURST = dataclasses.replace(HELLO, connections=400)
WANTED = {1: 40, 4: 26}  # MB of each, by how many there are
FIRST, AFTER = "after the first hello", f"after a burst of {BURST.connections} connections"
STEADY = 25  # seconds without
FALL = 0.01  # such a fall: a daemon gives back what it can once it has been idle for a while
GREET_SECONDS = 30
KIB_PER_MB = 1024


def alike(processes_):
    def configure(places, run):
        lines, _ = peers.jvm(places, run, options=f"processes={processes_} queue-size=1000")
        return lines + "<Location /status>\nSetHandler jvm-status\n</Location>\n", None

    return peers.Peer(f"memory-{processes_}", f"{processes_} processes", configure, "variant", workloads=(HELLO.name,), workers=httpd.MANY)


def lacks():
    return ""


def measure(chosen, places, runs, settings):
    with Server(alike(1), places, f"{runs}-0") as server:
        kept.await_archive(server, kept.folder(runs, places.java_home), settings.archive_seconds)
    for count in WANTED:
        with Server(alike(count), places, f"{runs}-{count}") as server:
            greet_all(server, count)
            yield {"processes": count, "when": FIRST, **settle(server, settings.memory_seconds), "errors": 0}
            load = server.load(BURST, settings.seconds)
            yield {"processes": count, "when": AFTER, **settle(server, settings.memory_seconds), "errors": load["errors"]}


def greet_all(server, count):
    """Several at once, until each daemon has answered."""
    deadline = time.monotonic() + GREET_SECONDS
    with concurrent.futures.ThreadPoolExecutor(4 * count) as clients:
        while time.monotonic() < deadline:
            served = [daemon["served"] for daemon in daemons(server)]
            if len(served) == count and all(served):
                return
            list(clients.map(server.problem_of, [HELLO] * (4 * count if count > 1 else 1)))
    raise RuntimeError(f"{server.peer.title}: not all have answered within {GREET_SECONDS} s\n{server.logs()}")


def daemons(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/status?json")
    status = json.load(connection.getresponse())
    connection.close()
    return [daemon for pool in status["pools"] for daemon in pool["daemons"]]


def settle(server, seconds):
    """Waits until the memory falls no more, that long at most: then what each daemon has."""
    began = time.monotonic()
    lowest, lowest_at = None, began
    while True:
        pids = [pid for pid in server.pids()[1] if subject.is_daemon(pid)]
        pss = processes.pss_kib(pids) / len(pids)
        now = time.monotonic()
        if lowest is None or pss < lowest * (1 - FALL):
            lowest, lowest_at = pss, now
        if now - lowest_at > STEADY or now - began > seconds:
            return {"pss_mb": pss / KIB_PER_MB, "waited": lowest_at - began}
        time.sleep(1)


def section(samples):
    rows = []
    for count in WANTED:
        for when in (FIRST, AFTER):
            found = tables.select(samples, processes=count, when=when)
            pss, waited, errors = ([sample[what] for sample in found] for what in ("pss_mb", "waited", "errors"))
            name = "alone" if count == 1 else f"each of {count}"
            rows.append([f"{name}, {when}", f"{statistics.median(pss):.1f}", f"{statistics.median(waited):.0f}", str(sum(errors))])
    return "**Memory of a daemon of mod_jvm, idle, PSS**\n\n" + tables.table(["", "MB", "falls for, s", "errors"], rows)


def reached(samples):
    return [
        goals.absolute(
            f"PSS, MB: {'alone' if count == 1 else f'each of {count}'}, {when}",
            [sample["pss_mb"] for sample in tables.select(samples, processes=count, when=when)],
            wanted,
        )
        for count, wanted in WANTED.items()
        for when in (FIRST, AFTER)
    ]
