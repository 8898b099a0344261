"""Soaks a private httpd with mod_jvm for some time, and tells what was wrong with it in the end; exits with 1 if anything was."""

import argparse
import collections
import random
import signal
import sys
import threading
import time
import traceback
from dataclasses import dataclass

import havoc
import holdings
import load
import processes
import verdict
from client import Broken, Client
from site_under_test import Site, await_until

BETWEEN_DEEDS = 2  # seconds, on average
LONGEST_PAUSE = 0.05  # seconds, of a client between two turns


@dataclass(frozen=True)
class Places:
    runs: str  # where sites lie
    tree: str  # what was built for the soak
    applications: str
    prefix: str  # where the mod_jvm lies that is soaked
    reports: str  # where sanitizers write; empty: none are there
    environment: dict


class Soak:
    """One site, its load, and what was wrong."""

    def __init__(self, places, seed, has_faults):
        self.places = places
        self.site = Site(places, has_faults)
        self.random = random.Random(seed)
        self.counts = collections.Counter()
        self.wrong = []
        self.lock = threading.Lock()

    def note(self, text):
        with self.lock:
            self.wrong.append(text)

    def turn(self, kind, chance):
        try:
            outcome = kind(self.site, chance)
        except load.Unexpected as e:
            self.note(f"{kind.__name__}: {e}")
        except (Broken, OSError) as e:
            self.note(f"{kind.__name__}: {e!r}")
        else:
            with self.lock:
                self.counts[f"{kind.__name__}: {outcome}"] += 1

    def under_load(self, seconds, with_gracefuls):
        """All kinds of clients at once, each in a thread, while havoc takes its turns."""
        end = time.monotonic() + seconds
        deeds = havoc.Havoc(self.site, self.random)

        def work(kind, chance):
            while time.monotonic() < end:
                self.turn(kind, chance)
                time.sleep(chance.random() * LONGEST_PAUSE)

        def trouble():
            while time.monotonic() < end:
                deeds.turn(with_gracefuls)
                time.sleep(self.random.random() * 2 * BETWEEN_DEEDS)

        self.in_threads(work, trouble)
        self.counts.update({f"havoc: {name}": count for name, count in deeds.done.items()})

    def in_threads(self, work, beside=lambda: None):
        """Work of each kind of client in a thread of its own, and something else in this one."""
        kinds = load.STEADY + load.MORTAL
        threads = [threading.Thread(target=work, args=(kind, random.Random(self.random.random()))) for kind in kinds]
        for thread in threads:
            thread.start()
        try:
            beside()
        finally:
            for thread in threads:
                thread.join()

    def prime(self):
        """Each kind of client a few times: what they have opened for good is counted before."""
        self.in_threads(lambda kind, chance: [self.turn(kind, chance) for _ in range(3)])

    def rest(self, before, pids, what):
        """Waits until these processes hold no more than before."""
        try:
            await_until(what, lambda: not holdings.more(before, holdings.descriptors(pids)), 60)
        except TimeoutError:
            self.note(f"{what} hold more than before: {holdings.more(before, holdings.descriptors(pids))}")

    def settled(self, pids):
        """What they hold once that has stayed the same for longer than httpd keeps idle connections."""
        last, since = None, time.monotonic()
        deadline = since + 60
        while time.monotonic() < deadline:
            now = holdings.descriptors(pids)
            if now != last:
                last, since = now, time.monotonic()
            if time.monotonic() - since > 8:
                break
            time.sleep(0.2)
        return last

    def run(self, seconds):
        site = self.site
        stage("starts")
        site.start()
        await_until("the first answer", lambda: self.first_answer())
        self.require_sanitizers()
        self.prime()
        lasting = [site.parent.pid, *site.supervisors()]
        children = site.children()
        of_lasting, of_children = self.settled(lasting), self.settled(children)

        stage("load, one configuration")
        self.under_load(seconds / 2, with_gracefuls=False)
        stage("rests")
        if set(site.children()) != set(children):
            self.note(f"httpd's children were replaced without a graceful restart: {children}, {site.children()}")
        self.rest(of_children, children, "httpd's children")

        stage("load, with graceful restarts")
        self.under_load(seconds / 2, with_gracefuls=True)
        stage("rests")
        site.graceful()
        self.prime()
        self.rest(of_lasting, lasting, "httpd's parent and the supervisor")
        await_until("the children of earlier configurations end", lambda: len(site.children()) == len(children))

    def first_answer(self):
        with Client(self.site.port) as client:
            return client.ask("GET", "/hello/x")[0] == 200

    def require_sanitizers(self):
        """Whoever is to be watched has the sanitizer loaded; a process that has ended meanwhile has nothing loaded."""
        if not self.places.reports:
            return
        for pid, began in self.site.family().items():
            try:
                with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as file:
                    has_sanitizer = "libasan" in file.read()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if not has_sanitizer and processes.is_same(pid, began):
                self.note(f"no sanitizer in {processes.program(pid)}, pid {pid}")

    def end(self):
        stage("ends")
        left, status = self.site.stop()
        if left or status != 0:
            self.note(f"httpd ended with {status} and left {left}")
        if self.places.reports:
            self.wrong += [f"report {report}" for report in verdict.reports(self.places.reports)]
        self.wrong += [f"error log: {line}" for line in verdict.unexpected(self.site.log())]

    def faults(self):
        """Commits the faults that the sanitizers have to see, in a child of httpd and in a daemon."""
        self.site.start()
        await_until("the first answer", lambda: self.first_answer())
        for target in ("/faults?heap", "/faults?int", f"/faulty?{self.places.tree}/heap.so", f"/faulty?{self.places.tree}/int.so"):
            try:
                with Client(self.site.port) as client:
                    self.note(f"{target} was answered {client.ask('GET', target)[0]}")
            except Broken:
                self.note(f"{target} was broken off")


def stage(name):
    print(f"{time.strftime('%H:%M:%S')} {name}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, required=True, help="under load")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--runs", required=True, help="an empty folder that every user can reach")
    parser.add_argument("--tree", required=True, help="what was built for this")
    parser.add_argument("--applications", required=True)
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--reports", default="", help="where sanitizers write to")
    parser.add_argument("--preload", default="", help="the sanitizer's library, for httpd")
    parser.add_argument("--sanitizer-options", default="")
    parser.add_argument("--faults", action="store_true", help="commit faults, instead of all else")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    environment = {}
    if given.preload:
        environment = {"LD_PRELOAD": given.preload, "ASAN_OPTIONS": given.sanitizer_options, "UBSAN_OPTIONS": given.sanitizer_options}
    places = Places(given.runs, given.tree, given.applications, given.prefix, given.reports, environment)
    soak = Soak(places, given.seed, given.faults)
    try:
        if given.faults:
            soak.faults()
        else:
            print(f"seed {given.seed}", flush=True)
            soak.run(given.seconds)
        soak.end()
    except Exception:
        soak.note(traceback.format_exc())
        soak.wrong += verdict.reports(given.reports) if given.reports else []
        soak.wrong += soak.site.log().splitlines()[-30:]
    finally:
        soak.site.abandon()
    for outcome, count in sorted(soak.counts.items()):
        print(f"{outcome}: {count}")
    for what in verdict.digest(soak.wrong):
        print(f"WRONG: {what}")
    sys.exit(1 if soak.wrong else 0)


if __name__ == "__main__":
    main()
