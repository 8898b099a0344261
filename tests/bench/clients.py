"""Many clients at once: whether any of their requests fails."""

import dataclasses
import re
import shutil
import statistics
import subprocess

import goals
import httpd
import peers
import tables
import workloads
from server import Server

TITLE = "1,000 clients"
CLIENTS = 1000
REQUESTS = 10000
WARM_UP = 2  # seconds, of what is a JVM
HELLO = workloads.BY_NAME["hello-8"]
# A pool's queue of 100 would turn most of them away with 503, as it is meant to.
CONFIGURE = {"jvm": peers.jvm_queue}


def candidates(chosen):
    """All that serve hello, each once."""
    for peer in chosen:
        if peer.kind != "variant" and HELLO.name in peer.workloads and peer.name != "limit-flush":
            yield dataclasses.replace(peer, configure=CONFIGURE.get(peer.name, peer.configure), workers=httpd.MANY)


def lacks():
    return "" if shutil.which("h2load") else "h2load (nghttp2-client)"


def measure(chosen, places, runs, settings):
    for peer in candidates(chosen):
        with Server(peer, places, f"{runs}-{peer.name}") as server:
            if peer.is_jvm():
                server.load(HELLO, WARM_UP)
            command = ["h2load", "--h1", "-t1", f"-c{CLIENTS}", f"-n{REQUESTS}", server.url(HELLO)]
            output = subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=True).stdout
            yield {"peer": peer.name, **read(output)}


def read(output):
    requests = re.search(r"^requests: .*, (\d+) done, (\d+) succeeded", output, re.MULTILINE)
    seconds = re.search(r"^finished in ([\d.]+)(m?s)", output, re.MULTILINE)
    if not requests or not seconds:
        raise RuntimeError(f"h2load: {output}")
    done, succeeded = int(requests.group(1)), int(requests.group(2))
    return {
        "seconds": float(seconds.group(1)) / (1000 if seconds.group(2) == "ms" else 1),
        "refused": done - succeeded,
        "broken": REQUESTS - done,
    }


def section(samples):
    """In words, and as a table."""
    rows = []
    for peer in peers.ALL:
        found = tables.select(samples, peer=peer.name)
        if found:
            seconds, refused, broken = ([sample[what] for sample in found] for what in ("seconds", "refused", "broken"))
            title = f"**{peer.title}**" if peer.kind == "subject" else peer.title
            rows.append([title, str(sum(refused)), str(sum(broken)), tables.number(statistics.median(seconds))])
    heading = f"**{REQUESTS:,} requests over {CLIENTS:,} keep-alive connections, in each round**\n\n"
    return heading + tables.table(["", "not 2xx", "broken", "seconds"], rows)


def reached(samples):
    failed = [sample["refused"] + sample["broken"] for sample in tables.select(samples, peer=goals.SUBJECT)]
    return [goals.absolute(f"failures of {REQUESTS:,} requests over {CLIENTS:,} connections", failed, 0)] if failed else []
