"""Processes: started without privileges where that is possible, ended by their ids, and what they have cost."""

import contextlib
import os
import signal
import subprocess
import time

BACKEND_USER = "nobody"  # the pools and servers behind httpd run as this one if this runs as root
BACKEND_GROUP = "nogroup"
HTTPD_NAMES = ("apache2", "httpd")
IS_ROOT = os.geteuid() == 0
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
KIB_PER_MB = 1024
WATCHED_SECONDS = 20  # for wake-ups
GONE = (FileNotFoundError, ProcessLookupError)  # what reading of a process fails with that has ended


def start(command, log, unprivileged=False, environment=None):
    """Starts a command in a session of its own, so that Ctrl-C reaches this script alone."""
    options = {}
    if unprivileged and IS_ROOT:
        options = {"user": BACKEND_USER, "group": BACKEND_GROUP, "extra_groups": []}
    with open(log, "ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
            **options,
        )


def end(process, seconds=20):
    """Asks a process and then insists; with it go its descendants that are still there."""
    family = descendants(process.pid)
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    deadline = time.monotonic() + 5
    while any(is_same(pid, began) for pid, began in family.items()):
        if time.monotonic() > deadline:
            for pid, began in family.items():
                if is_same(pid, began):
                    os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.02)


def descendants(root):
    """All processes below one, without it: by their ids, the times at which they began."""
    children = {}
    began = {}
    for entry in os.listdir("/proc"):
        fields = stat(int(entry)) if entry.isdigit() else None
        if fields:
            children.setdefault(int(fields[1]), []).append(int(entry))
            began[int(entry)] = fields[19]
    found = {}
    waiting = [root]
    while waiting:
        for child in children.get(waiting.pop(), []):
            found[child] = began[child]
            waiting.append(child)
    return found


def stat(pid):
    """The fields of /proc/PID/stat from the state on, or None if there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except GONE:
        return None


def is_same(pid, began):
    fields = stat(pid)
    return fields is not None and fields[19] == began and fields[0] != "Z"


def is_httpd(pid):
    """Whether a process serves HTTP: mod_wsgi's daemons are httpds too, but bear another name."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return program(pid) in HTTPD_NAMES and not file.read().startswith(b"(wsgi:")
    except OSError:
        return False


def program(pid):
    """The name of its file; empty if the process has ended."""
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return ""


def cpu_seconds(pids):
    """User and system time so far, with that of the children that have ended."""
    total = 0
    for pid in pids:
        fields = stat(pid)
        if fields:
            total += sum(int(field) for field in fields[11:15])
    return total / TICKS_PER_SECOND


def pss_kib(pids):
    """The proportional set size, in KiB."""
    total = 0
    for pid in pids:
        with contextlib.suppress(*GONE), open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    return total


def pss_mb(pids):
    return pss_kib(pids) / KIB_PER_MB


def available_mb():
    """What the machine can still give to processes, by its own estimate."""
    with open("/proc/meminfo", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("MemAvailable:")) / KIB_PER_MB


def wake_ups(pids):
    """How often their threads wait for something, per second."""
    return wake_ups_of_each({"": pids})[""]


def wake_ups_of_each(groups):
    """The same of several groups of processes, by name, during the same time."""
    before = {name: waits(pids) for name, pids in groups.items()}
    time.sleep(WATCHED_SECONDS)
    return {name: (waits(pids) - before[name]) / WATCHED_SECONDS for name, pids in groups.items()}


def waits(pids):
    total = 0
    for pid in pids:
        with contextlib.suppress(*GONE):
            for thread in os.listdir(f"/proc/{pid}/task"):
                with contextlib.suppress(*GONE), open(f"/proc/{pid}/task/{thread}/status", encoding="ascii", errors="replace") as status:
                    total += sum(int(line.split()[1]) for line in status if line.startswith("voluntary_ctxt_switches:"))
    return total


def busy_processors(seconds):
    """How many processors the machine's processes use, on average over some seconds."""
    before = idle_ticks()
    time.sleep(seconds)
    return max(0.0, os.cpu_count() - (idle_ticks() - before) / TICKS_PER_SECOND / seconds)


def idle_ticks():
    with open("/proc/stat", encoding="ascii") as file:
        return sum(int(field) for field in file.readline().split()[4:6])
