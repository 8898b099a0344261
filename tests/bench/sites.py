"""A machine full of sites: many pools that start at once, idle, and wake."""

import contextlib
import http.client
import json
import os
import re
import shutil
import statistics
import threading
import time

import crowd
import goals
import kept
import peers
import processes
import site_peers
import subject
import tables
from server import Server

TITLE = "Sites"
TARGETS = {"jar": "bench.jar", ".java": "Bench.java"}
ENTRY = "entry-point=Bench::application"
COLD, WARM, WAKING = "cold", "later", "waking"
ASKED_AFTER = 1  # seconds after the start, for the site that is configured last
READY_SECONDS = 900
ANSWER_SECONDS = 300
WOKEN_ALONE = 9  # sites, one after another, before the others are woken at once
POLL_SECONDS = 0.1
ENDED = re.compile(r":error\] .*MJ0101: .*", re.MULTILINE)
WANTED_OF_BOUND, WANTED_ASKED, WANTED_PSS, WANTED_WAKE_UPS, WANTED_ALONE = 1.25, 3, 14, 0.1, 0.15


def lacks():
    return ""


def measure(chosen, places, runs, settings):
    for kind, target in TARGETS.items():
        one = {}
        for count in (1, *settings.sites):
            run = Run(places, target, count, f"{runs}-{kind.strip('.')}-{count}")
            for when in (COLD, WARM):
                found = run.start(settings, is_looked_at=when == WARM and count > 1)
                if count == 1:
                    one[when] = found["cpu"]
                yield {"kind": kind, "count": count, "when": when, "one": one[when], **found}
            if count > 1:
                yield {"kind": kind, "count": count, "when": WAKING, **run.wake(settings)}
    yield from site_peers.measure(places, runs, settings.sites, ASKED_AFTER)


class Run:
    """Some sites, whose state stays."""

    def __init__(self, places, target, count, folder):
        self.places, self.target, self.count, self.folder = places, target, count, folder
        self.options, self.starts = "", 0
        os.mkdir(folder)
        os.chmod(folder, 0o755)

    def configure(self, places, run):
        lines = [subject.module(places, f"{self.folder}/state"), "<Location /status>\nSetHandler jvm-status\n</Location>\n"]
        for site in range(self.count):
            lines.append(subject.pool(f"site{site}", places.java_home, self.options))
            lines.append(subject.mount(f"/{site}", f"{places.tree}/{self.target}", f"site{site}", f"{ENTRY} param.file={places.tree}/htdocs/file"))
        return "".join(lines), None

    def server(self, options=""):
        self.options = options
        self.starts += 1
        peer = peers.Peer("sites", "sites", self.configure, "variant")
        return Server(peer, self.places, f"{self.folder}/{self.starts}", {"TZ": "UTC"}, is_awaited=False)

    def start(self, settings, is_looked_at):
        """Until all are ready; what the last one says that is asked for meanwhile; then, if it is to be looked at, what all cost idle."""
        available = processes.available_mb()
        began = time.monotonic()
        with self.server() as server:
            asked = threading.Thread(target=lambda: answers.append(self.ask_for_last(server, began)), daemon=True)
            answers = []
            asked.start()
            await_states(server, self.count, {"ready"}, READY_SECONDS)
            took = time.monotonic() - began
            daemons = daemons_of(server)
            cpu = processes.cpu_seconds(daemons)
            asked.join()
            found = {"seconds": took, "cpu": cpu, "asked": answers[0], "ended": len(ENDED.findall(log_of(server)))}
            kept.await_quiet(server, f"{self.folder}/state", settings.archive_seconds)
            if is_looked_at:
                time.sleep(settings.memory_seconds)
                found["pss_mb"] = processes.pss_mb(daemons_of(server)) / self.count
                found["all_mb"] = processes.pss_mb(server.pids()[1]) / self.count
                found["taken_mb"] = (available - processes.available_mb()) / self.count
                found.update(self.wake_ups(server))
        shutil.rmtree(f"{self.folder}/{self.starts}", ignore_errors=True)
        return found

    def wake_ups(self, server):
        """Of a daemon, of the supervisor, and of all of httpd, at the same time."""
        httpd, backend = server.pids()
        daemons = daemons_of(server)
        groups = {"wake_ups": daemons, "supervisor_wake_ups": [pid for pid in backend if pid not in daemons], "httpd_wake_ups": httpd}
        found = processes.wake_ups_of_each(groups)
        return {**found, "wake_ups": found["wake_ups"] / self.count}

    def ask_for_last(self, server, began):
        """Seconds between the question, a moment after the start, and its answer; None without one."""
        time.sleep(max(0, began + ASKED_AFTER - time.monotonic()))
        asked = time.monotonic()
        while time.monotonic() - asked < ANSWER_SECONDS:
            with contextlib.suppress(ConnectionRefusedError):
                return time.monotonic() - asked if ask(server, self.count - 1) == 200 else None
            time.sleep(0.01)
        return None

    def wake(self, settings):
        """All sleep; then clients ask for each of them."""
        with self.server("idle-timeout=1") as server:
            await_states(server, self.count, {"idle"}, READY_SECONDS)
            kept.await_quiet(server, f"{self.folder}/state", settings.archive_seconds)
            asleep = processes.pss_mb(server.pids()[1]) / self.count

            def timed(site):
                asked = time.monotonic()
                return ask(server, site), time.monotonic() - asked

            lone = range(max(self.count // 2, self.count - WOKEN_ALONE), self.count)
            alone = [timed(site) for site in lone]
            began = time.monotonic()
            answers = crowd.ask_all(range(lone.start), timed)
            return {
                "asleep_mb": asleep,
                "alone": statistics.median(took for _, took in alone),
                "slowest_alone": max(took for _, took in alone),
                "seconds": time.monotonic() - began,
                "slowest": max(took for _, took in answers),
                "failed": self.count - sum(status == 200 for status, _ in (*answers, *alone)),
            }


def ask(server, site):
    return server.status(f"/{site}/hello", ANSWER_SECONDS)


def await_states(server, count, wanted, seconds):
    deadline = time.monotonic() + seconds
    states = []
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            states = states_of(server)
            if len(states) == count and set(states) <= wanted:
                return
        time.sleep(POLL_SECONDS)
    raise RuntimeError(f"sites: {states.count('ready')} of {count} are ready after {seconds} s\n{server.logs()}")


def states_of(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", "/status?json")
        return [pool["state"] for pool in json.load(connection.getresponse())["pools"]]


def daemons_of(server):
    return [pid for pid in server.pids()[1] if subject.is_daemon(pid)]


def log_of(server):
    with open(f"{server.run}/error.log", encoding="utf-8", errors="replace") as log:
        return log.read()


def bound(sample):
    """Seconds that so many starts take of all processors, if they do nothing else."""
    return sample["one"] * sample["count"] / os.cpu_count()


def section(samples):
    starts, waking = [], []
    for kind in TARGETS:
        for count in sorted({sample["count"] for sample in samples}):
            for when in (COLD, WARM):
                found = tables.select(samples, kind=kind, count=count, when=when)
                if found:
                    starts.append([f"{count}, {kind}, {when}", *(cell(found, of) for of in COLUMNS.values())])
            found = tables.select(samples, kind=kind, count=count, when=WAKING)
            if found:
                waking.append([f"{count}, {kind}", *(cell(found, lambda s, name=name: s[name]) for name in WOKEN.values())])
    return (
        "**Sites: so many pools of one process each, started at once**\n\n"
        + tables.table(["", *COLUMNS], starts)
        + f"\n**Sites that sleep, woken by {crowd.CLIENTS} clients**\n\n"
        + tables.table(["", *WOKEN], waking)
        + "\n**Sites of peers beside those of mod_jvm; memory and wake-ups by site**\n\n"
        + tables.table(["", *COMPARED], compared(samples))
        + "".join(f"\nLeft out: {line}.\n" for line in site_peers.left_out(samples))
    )


def compared(samples):
    rows = []
    for count in sorted({sample["count"] for sample in samples} - {1}):
        alike = {}
        for kind in TARGETS:
            asleep = [{"asleep_mb": sample["asleep_mb"]} for sample in tables.select(samples, kind=kind, count=count, when=WAKING)]
            alike[f"**mod_jvm, {kind}, {COLD}**"] = tables.select(samples, kind=kind, count=count, when=COLD)
            alike[f"**mod_jvm, {kind}, {WARM}**"] = tables.select(samples, kind=kind, count=count, when=WARM) + asleep
        for peer in site_peers.ALL:
            alike[peer.title] = [sample for sample in tables.select(samples, kind=peer.name, count=count) if "lacks" not in sample]
        for title, found in alike.items():
            if found:
                rows.append([f"{count}, {title}", *(cell(found, lambda s, name=name: s.get(name)) for name in COMPARED.values())])
    return rows


COLUMNS = {
    "all ready, s": lambda sample: sample["seconds"],
    "bound, s": bound,
    "asked for after 1 s, s": lambda sample: sample["asked"],
    "ended": lambda sample: sample["ended"],
    "PSS, MB": lambda sample: sample.get("pss_mb"),
    "taken of the machine, MB": lambda sample: sample.get("taken_mb"),
    "wake-ups a second": lambda sample: sample.get("wake_ups"),
    "the supervisor's": lambda sample: sample.get("supervisor_wake_ups"),
    "httpd's": lambda sample: sample.get("httpd_wake_ups"),
}

WOKEN = {"one alone, s": "alone", "the slowest alone, s": "slowest_alone", "the others, s": "seconds", "the slowest, s": "slowest", "failed": "failed"}


COMPARED = {
    "all answer, s": "seconds",
    "asked for after 1 s, s": "asked",
    "PSS, MB": "all_mb",
    "left when idle, MB": "asleep_mb",
    "wake-ups a second": "wake_ups",
}


def cell(samples, value):
    found = [value(sample) for sample in samples if value(sample) is not None]
    return tables.number(statistics.median(found)) if found else ""


def reached(samples):
    """Of what has been measured: the rest may have been interrupted."""
    found = []

    def add(title, values, wanted):
        if values:
            found.append(goals.absolute(title, values, wanted))

    for kind in TARGETS:
        for count in sorted({sample["count"] for sample in samples} - {1}):
            for when in (COLD, WARM):
                some = tables.select(samples, kind=kind, count=count, when=when)
                title = f"{count} sites, {kind}, {when}"
                add(f"{title}: all ready, of the bound", [s["seconds"] / bound(s) for s in some], WANTED_OF_BOUND)
                add(f"{title}: the one asked for, s", [s["asked"] if s["asked"] is not None else float("inf") for s in some], WANTED_ASKED)
                add(f"{title}: ended", [s["ended"] for s in some], 0)
            looked_at = tables.select(samples, kind=kind, count=count, when=WARM)
            add(f"{count} sites, {kind}: PSS, MB", [s["pss_mb"] for s in looked_at], WANTED_PSS)
            add(f"{count} sites, {kind}: wake-ups a second", [s["wake_ups"] for s in looked_at], WANTED_WAKE_UPS)
            woken = tables.select(samples, kind=kind, count=count, when=WAKING)
            add(f"{count} sites, {kind}: one woken alone, s", [s["alone"] for s in woken], WANTED_ALONE)
            add(f"{count} sites, {kind}: failed when all are woken", [s["failed"] for s in woken], 0)
    return found
