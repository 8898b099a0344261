"""What a request costs among many pools, and among many mounts."""

import contextlib
import statistics

import goals
import peers
import subject
import tables
import workloads
from server import Server

TITLE = "Scale"
HELLO = workloads.BY_NAME["hello-8"]
TURNS = 3  # in which all have their share of what the machine does
WANTED = 1.15


def alike(pools, mounts):
    """So many mounts, each an application of its own and of one jar, over so many pools."""

    def configure(places, run):
        lines = subject.module(places, "Off")
        for i in range(1, pools + 1):
            lines += subject.pool(f"p{i}", places.java_home)
        for i in range(1, mounts + 1):
            parameters = f"param.file={places.tree}/htdocs/file param.mount={i}"
            lines += subject.mount(f"/m{i}", f"{places.tree}/bench.jar", f"p{i % pools + 1}", f"entry-point=Bench::application {parameters}")
        return lines, None

    title = f"{pools} pool{'s' if pools > 1 else ''}, {mounts} mount{'s' if mounts > 1 else ''}"
    return peers.Peer(f"scale-{pools}-{mounts}", title, configure, "variant", workloads=(HELLO.name,), mounts=mounts)


def other(groups):
    """What it costs a peer: as many of its process groups, each with a mount."""

    def configure(places, run):
        return peers.wsgi_groups(places, run, [f"/m{i}" for i in range(1, groups + 1)]), None

    title = f"mod_wsgi, {groups} process group{'s' if groups > 1 else ''}"
    return peers.Peer(f"scale-wsgi-{groups}", title, configure, "other", peers.BY_NAME["wsgi"].needs, (HELLO.name,), mounts=groups)


ONE, POOLS, MOUNTS, OTHER, OTHERS = alike(1, 1), alike(16, 16), alike(1, 200), other(1), other(16)
SIZES = [ONE, POOLS, MOUNTS, OTHER, OTHERS]
BASES = {POOLS: ONE, MOUNTS: ONE, OTHERS: OTHER}  # whose cost theirs is compared with
WARM_UP = {POOLS: 16, MOUNTS: 2}  # shares: each JVM gets as many requests, and compiles what it does often


def lacks():
    return ""


def measure(chosen, places, runs, settings):
    """All are up at once, and take turns: what changes meanwhile, changes for all."""
    with contextlib.ExitStack() as stack:
        present = [peer for peer in SIZES if not peer.lacks(places)]
        servers = [stack.enter_context(Server(peer, places, f"{runs}-{peer.name}")) for peer in present]
        for server in servers:
            server.load(HELLO, max(1, WARM_UP.get(server.peer, 1) * settings.first_warm_up // 2))
        found = {server: [] for server in servers}
        for _ in range(TURNS):
            for server in servers:
                found[server].append(server.load(HELLO, settings.seconds))
        for server, loads in found.items():
            yield {
                "size": server.peer.title,
                "requests_per_second": statistics.median(load["requests_per_second"] for load in loads),
                "cpu_us": statistics.median(load["httpd_cpu_us"] + load["backend_cpu_us"] for load in loads),
                "errors": sum(load["errors"] for load in loads),
            }


def dearer(samples, peer, measure):
    """How many times the cost of its base it is, in each round."""
    pairs = zip(tables.select(samples, size=peer.title), tables.select(samples, size=BASES[peer].title))
    if measure == "cpu_us":
        return [many["cpu_us"] / one["cpu_us"] for many, one in pairs]
    return [one["requests_per_second"] / many["requests_per_second"] for many, one in pairs]


def section(samples):
    rows = []
    for peer in SIZES:
        found = tables.select(samples, size=peer.title)
        if not found:
            continue
        row = [peer.title]
        for measure in ("requests_per_second", "cpu_us"):
            row.append(f"{statistics.median(sample[measure] for sample in found):.0f}")
            row.append(tables.number(statistics.median(dearer(samples, peer, measure))) if peer in BASES else "")
        rows.append([*row, str(sum(sample["errors"] for sample in found))])
    heading = "**Scale: hello c8, spread over all mounts, each an application of its own**\n\n"
    return heading + tables.table(["", "requests per second", "one by this", "CPU, µs", "this by one", "errors"], rows)


def reached(samples):
    return [
        goals.absolute(f"{peer.title}: {words}", dearer(samples, peer, measure), WANTED, ONE.title)
        for peer in (POOLS, MOUNTS)
        for measure, words in (("cpu_us", "CPU of hello c8"), ("requests_per_second", "hello c8, one by this"))
    ]
