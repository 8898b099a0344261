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
PATTERN = re.compile(
    r"^finished in ([\d.]+)(m?s).*^requests: .* (\d+) done.*^status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx.* \((\d+)\) data",
    re.MULTILINE | re.DOTALL,
)
# A pool's queue of 100 would turn most of them away with 503, as it is meant to.
CONFIGURE = {"jvm": peers.jvm_queue}


def candidates(chosen, settings):
    """All that serve hello, each once; with one round, for a first look, mod_jvm and the limit."""
    kinds = ("subject", "limit", "jvm", "other") if settings.rounds > 1 else ("subject", "limit")
    for peer in chosen:
        if peer.kind in kinds and HELLO.name in peer.workloads and peer.name != "limit-flush":
            yield dataclasses.replace(peer, configure=CONFIGURE.get(peer.name, peer.configure), workers=httpd.MANY)


def lacks():
    return "" if shutil.which("h2load") else "h2load (nghttp2-client)"


def measure(chosen, places, runs, settings):
    for peer in candidates(chosen, settings):
        with Server(peer, places, f"{runs}-{peer.name}") as server:
            if peer.is_jvm():
                server.load(HELLO, WARM_UP)
            command = ["h2load", "--h1", "-t1", f"-c{CLIENTS}", f"-n{REQUESTS}", server.url(HELLO)]
            output = subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=True).stdout
            yield {"peer": peer.name, **read(output)}


def read(output):
    found = PATTERN.search(output)
    if not found:
        raise RuntimeError(f"h2load: {output}")
    seconds, unit, done, *statuses, data = found.groups()
    done, (good, *bad), data = int(done), map(int, statuses), int(data)
    # h2load sees no status where the reason is empty, as Tomcat's: then the bodies have to be all there
    unknown = done - good - sum(bad)
    is_whole = data == done * HELLO.length
    return {
        "seconds": float(seconds) / (1000 if unit == "ms" else 1),
        "refused": sum(bad) + (0 if is_whole else unknown),
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
