"""Runs the peers one at a time, and the other parts after them, in interleaved rounds, and writes what it found to a file of JSON."""

import argparse
import json
import signal
import subprocess
import sys
import time

import kept
import parts
import peers
import processes
import workloads
from server import Server

BUSY = 0.2  # processors in use by others before the first round: more is reported
IDLE_SECONDS = 2  # between the last hello and the look at the memory


def measure(peer, places, run, settings):
    """One peer's turn in one round."""
    samples = []
    memory = []
    with Server(peer, places, run) as server:
        if peer.java_home(places):
            kept.await_archive(server, kept.folder(run, peer.java_home(places)), settings.archive_seconds)
        for workload in workloads.ALL:
            if workload.name not in peer.workloads:
                continue
            problem = server.problem_of(workload)
            if problem:
                raise RuntimeError(f"{peer.title}, {workload.title}: {problem}\n{server.logs()}")
            is_first = workload.name == peer.workloads[0]
            if is_first and peer.is_jvm():
                server.load(workloads.BY_NAME["hello-8"], settings.first_warm_up)
            if is_first or peer.is_jvm():
                server.load(workload, settings.warm_up)
            samples.append({"workload": workload.name, **server.load(workload, settings.seconds)})
            if workload == workloads.HELLO[-1] and peer.kind != "variant":
                time.sleep(IDLE_SECONDS)
                backend = server.pids()[1]
                if backend:
                    memory.append(processes.pss_kib(backend))
    return samples, memory


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", required=True)
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--java-home", required=True)
    parser.add_argument("--older-java-home", default="")
    parser.add_argument("--runs", required=True, help="an existing folder for the servers' files")
    parser.add_argument("--output", required=True, help="the file of JSON")
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--seconds", type=int, required=True, help="of each measurement")
    parser.add_argument("--warm-up", type=int, required=True, help="seconds before each measurement")
    parser.add_argument("--first-warm-up", type=int, required=True, help="seconds after the start of a JVM")
    parser.add_argument("--memory-seconds", type=int, required=True, help="seconds that memory has to fall, at most")
    parser.add_argument("--archive-seconds", type=int, required=True, help="seconds that a pool has to keep what its next start needs, at most")
    parser.add_argument("--sites", type=lambda text: [int(number) for number in text.split(",")], required=True, help="how many, with commas between")
    parser.add_argument("--peers", default=",".join(peers.BY_NAME), help="names, with commas between")
    parser.add_argument("--parts", default=",".join(parts.NAMES), help="names, with commas between")
    return parser.parse_args()


def say(text):
    print(f"    {text}", flush=True)


def choose(names, places, left_out):
    """The peers of these names that can be measured here."""
    chosen = []
    for peer in (peers.BY_NAME[name] for name in names):
        lack = peer.lacks(places)
        if lack:
            left_out[peer.title] = f"there is no {lack}"
            say(f"left out: {peer.title}: there is no {lack}")
        else:
            chosen.append(peer)
    return chosen


def measure_peers(chosen, places, runs, settings, turn, result):
    for peer in chosen:
        began = time.monotonic()
        samples, memory = measure(peer, places, f"{runs}-{peer.name}", settings)
        result["samples"] += [{"peer": peer.name, "round": turn, **sample} for sample in samples]
        result["memory"] += [{"peer": peer.name, "round": turn, "pss_kib": pss} for pss in memory]
        shown = " ".join(f"{sample['requests_per_second']:.0f}{'!' if sample['errors'] else ''}" for sample in samples)
        say(f"round {turn + 1}, {peer.title}: {shown} ({time.monotonic() - began:.0f} s)")


def end(*_):
    """By a signal; a second one, as to the whole group, does not interrupt what the first has begun."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


def main():
    settings = parse_arguments()
    signal.signal(signal.SIGTERM, end)
    places = peers.Places(settings.tree, settings.prefix, settings.java_home, settings.older_java_home)
    wanted = settings.parts.split(",")
    result = {
        "rounds": settings.rounds,
        "seconds": settings.seconds,
        "started": time.strftime("%Y-%m-%d", time.gmtime()),
        "left_out": {},
        "busy": processes.busy_processors(2),
        "samples": [],
        "memory": [],
        "parts": {},
    }
    if result["busy"] > BUSY:
        say(f"the machine is busy with other things: {result['busy']:.1f} processors")
    chosen = choose(settings.peers.split(","), places, result["left_out"])
    for turn in range(settings.rounds):
        if parts.PEERS in wanted:
            measure_peers(chosen, places, f"{settings.runs}/{turn}", settings, turn, result)
            peers.write(settings.output, json.dumps(result, indent=1))
        for name, part in parts.ALL.items():
            if name not in wanted or (turn > 0 and name in parts.ONCE):
                continue
            if part.lacks():
                result["left_out"][part.TITLE] = f"there is no {part.lacks()}"
                continue
            began = time.monotonic()
            found = result["parts"].setdefault(name, [])
            for sample in part.measure(chosen, places, f"{settings.runs}/{turn}-{name}", settings):
                found.append({"round": turn, **sample})
                peers.write(settings.output, json.dumps(result, indent=1))  # what has been found stays if the rest is interrupted
            say(f"round {turn + 1}, {part.TITLE}: ({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"measure: {error}")
