"""The project's goals as ratios within one run, and whether they hold."""

import statistics
from dataclasses import dataclass

import peers
import workloads

SUBJECT = "jvm"
OLDER = "jvm-older"


@dataclass(frozen=True)
class Goal:
    title: str
    against: str  # what is compared with, in words
    ratio: float  # of the medians
    lowest: float  # of the ratios of single rounds
    highest: float
    wanted: float  # None: shown only
    at_most: bool = False

    def verdict(self):
        if self.wanted is None:
            return ""
        reached = [(value <= self.wanted) if self.at_most else (value >= self.wanted) for value in (self.ratio, self.lowest, self.highest)]
        if all(reached):
            return "yes"
        return "yes, but not in every round" if reached[0] else "no"


def compare(findings, title, measure, workload, rival, wanted, subject=SUBJECT, at_most=False):
    """One goal: mod_jvm by a rival; None if one of them was not measured."""
    if rival is None or not findings.has(subject, workload) or not findings.has(rival, workload):
        return None
    rounds = [a / b for a, b in zip(findings.values(subject, workload, measure), findings.values(rival, workload, measure)) if b]
    below = findings.median(rival, workload, measure)
    if not below or not rounds:
        return None
    ratio = findings.median(subject, workload, measure) / below
    return Goal(title, peers.BY_NAME[rival].title, ratio, min(rounds), max(rounds), wanted, at_most)


def absolute(title, values, wanted, against=""):
    """One that is not to be exceeded, of one value for each round."""
    return Goal(title, against, statistics.median(values), min(values), max(values), wanted, at_most=True)


def best(findings, workload, measure, kinds, lowest=False):
    """The peer with the best median."""
    names = [p.name for p in peers.ALL if p.kind in kinds and findings.has(p.name, workload)]
    choose = min if lowest else max
    return choose(names, key=lambda name: findings.median(name, workload, measure), default=None)


def all_goals(findings):
    speed = "requests_per_second"
    every = ("jvm", "other")
    found = []
    for workload, of_jvms, of_limit in (("hello-1", 1.4, None), ("hello-8", 1.4, 0.50), ("hello-64", 1.5, 0.55)):
        title = workloads.BY_NAME[workload].title
        found += [
            compare(findings, f"{title}: best JVM peer", speed, workload, best(findings, workload, speed, ("jvm",)), of_jvms),
            compare(findings, f"{title}: mod_wsgi", speed, workload, "wsgi", 1.6),
            compare(findings, f"{title}: limit, flushing", speed, workload, "limit-flush", of_limit),
            compare(findings, f"{title}: limit, not flushing", speed, workload, "limit", None),
            compare(findings, f"{title}, application flushes: limit, flushing", speed, workload, "limit-flush", None, "jvm-flush"),
        ]
    for workload, wanted in (("memory", 2.3), ("stream", 2.6), ("length", 1.5), ("headers", 1.4)):
        title = workloads.BY_NAME[workload].title
        found.append(compare(findings, f"{title}: best peer", speed, workload, best(findings, workload, speed, every), wanted))
    found.append(compare(findings, "10 MB file: httpd's own", speed, "file", "static", 0.9))
    cheapest = best(findings, "hello-8", "cpu_us", every, lowest=True)
    found.append(compare(findings, "CPU of hello c8: best peer", "cpu_us", "hello-8", cheapest, 0.70, at_most=True))
    quickest = best(findings, "hello-64", "p99_us", every, lowest=True)
    found.append(compare(findings, "p99 of hello c64: best peer", "p99_us", "hello-64", quickest, 1.0, at_most=True))
    if findings.has(SUBJECT, "hello-8"):
        found.append(absolute("CPU of hello c8, the JVM's own, µs", findings.values(SUBJECT, "hello-8", "backend_cpu_us"), 12))
    for workload in peers.BY_NAME[OLDER].workloads:
        found.append(compare(findings, f"{workloads.BY_NAME[workload].title}: older JDK by newer", speed, workload, SUBJECT, 0.9, OLDER))
    return [goal for goal in found if goal]
