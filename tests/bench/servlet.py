"""The same web application in mod_jvm and in a Tomcat behind httpd, beside a plain application; the same for Spring Boot."""

import contextlib
import statistics
import time

import goals
import kept
import peers
import processes
import subject
import tables
import workloads
from server import Server

TITLE = "Servlet"
TURNS = 3  # in which all have their share of what the machine does
STARTS = 3
IDLE_SECONDS = 2  # between the last request and the look at the memory
KIB_PER_MB = 1024
WORKLOADS = [workloads.BY_NAME[name] for name in ("hello-8", "memory", "length")]
WANTED = {"hello-8": 1.25, "memory": 2, "length": 2}  # times the best rival's requests per second
WANTED_CPU = 1.25  # times a plain application's processor time


def mounted(target):
    """Configures a pool with it alone. Its state folder outlives a start: what is kept of the first serves the others."""

    def configure(places, run):
        return (
            subject.module(places, kept.folder(run, places.java_home))
            + subject.pool("bench", places.java_home, "startup-timeout=600 queue-timeout=600")
            + subject.mount("/", f"{places.tree}/{target}", "bench")
        ), None

    return configure


def boot_itself(places, run):
    """The Tomcat within, as its users start it behind a proxy."""
    port = peers.free_port()
    return (
        f"LoadModule proxy_module {peers.MODULES}/mod_proxy.so\n"
        f"LoadModule proxy_http_module {peers.MODULES}/mod_proxy_http.so\n"
        f"ProxyPass / http://127.0.0.1:{port}/ enablereuse=on\n"
    ), peers.Backend(
        [
            f"{places.java_home}/bin/java",
            f"-Djava.io.tmpdir={run}/backend",
            "-jar", f"{places.tree}/{BOOT_JAR}",
            f"--server.port={port}",
            "--server.address=127.0.0.1",
            "--server.ssl.enabled=false",
            "--server.servlet.context-path=/",
            "--management.server.port=-1",
        ]
    )  # fmt: skip


BOOT_JAR = "sample.jar"
WEB = peers.Peer("servlet", "mod_jvm, servlet", mounted("webapp"), "variant")
PLAIN, RIVALS = peers.BY_NAME["jvm"], [peers.BY_NAME["jk"], peers.BY_NAME["proxy-http"]]
BOOT = peers.Peer("boot", "mod_jvm, Spring Boot", mounted(BOOT_JAR), "variant")
BOOT_ITSELF = peers.Peer("boot-http", "mod_proxy_http → the same jar, by itself", boot_itself, "jvm")
GROUPS = [(WEB, PLAIN, *RIVALS), (BOOT, BOOT_ITSELF)]  # those of one are up at once


def lacks():
    return ""


def measure(chosen, places, runs, settings):
    for group in GROUPS:
        present = [peer for peer in group if not peer.lacks(places)]
        for peer in present:
            for turn in range(STARTS):
                yield {"peer": peer.title, **start(peer, places, f"{runs}-start-{peer.name}-{turn}", settings)}
        yield from serve(present, places, runs, settings)


def start(peer, places, run, settings):
    """Seconds from the start of httpd, and of what is behind it, to the first answer; and what the backend takes then."""
    began = time.monotonic()
    with Server(peer, places, run) as server:
        took = time.monotonic() - began
        time.sleep(IDLE_SECONDS)
        pss = processes.pss_kib(server.pids()[1]) / KIB_PER_MB
        if peer in (WEB, PLAIN, BOOT):
            kept.await_archive(server, kept.folder(run, places.java_home), settings.archive_seconds)
    return {"workload": "start", "seconds": took, "pss_mb": pss}


def serve(present, places, runs, settings):
    """All are up at once, and take turns: what changes meanwhile, changes for all."""
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Server(peer, places, f"{runs}-{peer.name}")) for peer in present]
        for workload in WORKLOADS:
            for server in servers:
                problem = server.problem_of(workload)
                if problem:
                    raise RuntimeError(f"{server.peer.title}, {workload.title}: {problem}\n{server.logs()}")
                server.load(workload, settings.first_warm_up)
            for _ in range(TURNS):
                for server in servers:
                    found = server.load(workload, settings.seconds)
                    yield {
                        "peer": server.peer.title,
                        "workload": workload.name,
                        "requests_per_second": found["requests_per_second"],
                        "cpu_us": found["httpd_cpu_us"] + found["backend_cpu_us"],
                        "errors": found["errors"],
                    }


def values(samples, peer, workload, measure):
    return [sample[measure] for sample in tables.select(samples, peer=peer.title, workload=workload)]


def section(samples):
    rows = []
    for peer in (peer for group in GROUPS for peer in group):
        starts = values(samples, peer, "start", "seconds")
        if not starts:
            continue
        row = [peer.title]
        for workload in WORKLOADS:
            for measure in ("requests_per_second", "cpu_us"):
                row.append(f"{statistics.median(values(samples, peer, workload.name, measure)):.0f}")
        pss = statistics.median(values(samples, peer, "start", "pss_mb"))
        rows.append([*row, f"{starts[0]:.1f}", f"{statistics.median(starts[1:] or starts):.1f}", f"{pss:.0f}"])
    heading = "**Servlet: one web application, 8 connections: requests per second, and processor time of a request in µs**\n\n"
    columns = [column for workload in WORKLOADS for column in (workload.title, "CPU")]
    return heading + tables.table(["", *columns, "first start, s", "later, s", "PSS, MB"], rows)


def reached(samples):
    found = []
    for title, web, rivals in (("servlet", WEB, RIVALS), ("Spring Boot", BOOT, [BOOT_ITSELF])):
        for workload in WORKLOADS:
            measured = [rival for rival in rivals if values(samples, rival, workload.name, "requests_per_second")]
            if measured and values(samples, web, workload.name, "requests_per_second"):
                best = max(measured, key=lambda rival: statistics.median(values(samples, rival, workload.name, "requests_per_second")))
                goal = f"{title}, {workload.title}: best Tomcat peer"
                found.append(by(samples, goal, web, best, workload, "requests_per_second", WANTED[workload.name], at_most=False))
    hello = WORKLOADS[0]
    found.append(by(samples, f"servlet, CPU of {hello.title}: a plain application", WEB, PLAIN, hello, "cpu_us", WANTED_CPU, at_most=True))
    return found


def by(samples, title, web, rival, workload, measure, wanted, at_most):
    """A web application's figure by another's; pairs of one turn stand beside each other."""
    ours, theirs = values(samples, web, workload.name, measure), values(samples, rival, workload.name, measure)
    ratios = [a / b for a, b in zip(ours, theirs)]
    ratio = statistics.median(ours) / statistics.median(theirs)
    return goals.Goal(title, rival.title, ratio, min(ratios), max(ratios), wanted, at_most)
