"""The peers of a machine full of sites: as many of each as there are pools, started and asked alike."""

import contextlib
import dataclasses
import functools
import glob
import http.client
import time

import crowd
import peers
import processes
from httpd import MODULES
from server import Server

PHP_FPM = next(iter(sorted(glob.glob("/usr/sbin/php-fpm[0-9]*"))), "/usr/sbin/php-fpm")
PHP_IDLE_SECONDS = 10  # after which a process without work ends: the default of pm = ondemand
IDLE_SECONDS = PHP_IDLE_SECONDS + 5  # between the last answer and the look at what is idle
ANSWER_SECONDS = 300
POLL_SECONDS = 0.05
WHEN = "peer"

PHP_POOL = """\
[site{site}]
listen = {run}/backend/{site}
listen.mode = 0666
pm = ondemand
pm.max_children = 5
pm.process_idle_timeout = {idle}s
"""


def wsgi(places, run, count):
    return peers.wsgi_groups(places, run, [f"/{site}" for site in range(count)]), None


def php(places, run, count):
    """A private php-fpm, never the system's service, with the php.ini of Debian's package."""
    pools = [f"[global]\nerror_log = {run}/backend/error.log\n"]
    lines = [f"LoadModule proxy_module {MODULES}/mod_proxy.so\nLoadModule proxy_fcgi_module {MODULES}/mod_proxy_fcgi.so\n"]
    for site in range(count):
        pools.append(PHP_POOL.format(site=site, run=run, idle=PHP_IDLE_SECONDS))
        lines.append(f"ProxyPass /{site}/hello unix:{run}/backend/{site}|fcgi://site{site}{places.tree}/hello.php\n")
    peers.write(f"{run}/fpm.conf", "".join(pools))
    return "".join(lines), peers.Backend([PHP_FPM, "--nodaemonize", "--fpm-config", f"{run}/fpm.conf"])


def tomcat(places, run, count):
    return peers.jk(places, run, [f"/{site}" for site in range(count)])


ALL = [
    peers.Peer("wsgi", "mod_wsgi, a process group each", wsgi, "other", peers.BY_NAME["wsgi"].needs),
    peers.Peer("php", "php-fpm, an ondemand pool each", php, "other", (f"{MODULES}/mod_proxy_fcgi.so", PHP_FPM)),
    peers.Peer("tomcat", "one Tomcat, a context each", tomcat, "jvm", peers.BY_NAME["jk"].needs),
]


def measure(places, runs, counts, asked_after):
    for count in counts:
        for peer in ALL:
            lack = peer.lacks(places)
            found = {"lacks": lack} if lack else measure_one(peer, places, f"{runs}-{peer.name}-{count}", count, asked_after)
            yield {"kind": peer.name, "count": count, "when": WHEN, **found}


def measure_one(peer, places, run, count, asked_after):
    """Two starts: in the first the last site alone is asked, a moment later; in the second all are, at once."""
    sized = dataclasses.replace(peer, configure=functools.partial(peer.configure, count=count))
    began = time.monotonic()
    with Server(sized, places, f"{run}-asked", is_awaited=False) as server:
        time.sleep(max(0, began + asked_after - time.monotonic()))
        asked = time.monotonic()
        await_answers(server, [count - 1])
        found = {"asked": time.monotonic() - asked}
    began = time.monotonic()
    with Server(sized, places, f"{run}-all", is_awaited=False) as server:
        await_answers(server, range(count))
        found["seconds"] = time.monotonic() - began
        found["all_mb"] = processes.pss_mb(server.pids()[1]) / count
        time.sleep(IDLE_SECONDS)
        backend = server.pids()[1]
        found["asleep_mb"] = processes.pss_mb(backend) / count
        found["wake_ups"] = processes.wake_ups(backend) / count
    return found


def await_answers(server, sites):
    answers = crowd.ask_all(sites, functools.partial(is_answered, server))
    if answers.count(True) < len(sites):
        raise RuntimeError(f"{server.peer.title}: {answers.count(True)} of {len(sites)} answer after {ANSWER_SECONDS} s\n{server.logs()}")


def is_answered(server, site):
    """Asks until the site answers; what refuses a client at first is asked again."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if server.status(f"/{site}/hello", ANSWER_SECONDS) == 200:
                return True
        time.sleep(POLL_SECONDS)
    return False


def left_out(samples):
    """What could not be measured, and why."""
    titles = {peer.name: peer.title for peer in ALL}
    return sorted({f"{titles[sample['kind']]}: there is no {sample['lacks']}" for sample in samples if "lacks" in sample})
