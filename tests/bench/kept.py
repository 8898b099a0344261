"""What a start of a pool keeps for the next one, in JVMStateDir."""

import contextlib
import os
import time

import processes

ARCHIVE, TRAINER = "/archive-", "jvm-training"  # a file of that folder, and who makes it
STEADY = 2  # seconds without a change


def folder(run, java_home):
    """The JVMStateDir of all runs with that JDK: the first of them makes what the others start from."""
    return f"{os.path.dirname(run)}/state-{os.path.basename(java_home)}"


def await_archive(server, state, seconds):
    """Until the archive for the next start is there, and nothing changes any more, that long at most."""
    deadline = time.monotonic() + seconds
    before, since = {}, time.monotonic()
    while time.monotonic() < deadline:
        now = sizes(state)
        if now != before or is_training(server):
            before, since = now, time.monotonic()
        if any(ARCHIVE in path for path in now) and time.monotonic() - since > STEADY:
            return
        time.sleep(0.05)


def await_quiet(server, state, seconds):
    """Until nothing is trained and nothing kept any more, that long at most."""
    deadline = time.monotonic() + seconds
    before, since = {}, time.monotonic()
    while time.monotonic() < min(deadline, since + STEADY):
        now = sizes(state)
        if now != before or is_training(server):
            before, since = now, time.monotonic()
        time.sleep(0.2)


def is_training(server):
    return any(processes.program(pid) == TRAINER for pid in server.pids()[1])


def sizes(place):
    found = {}
    for below, _, names in os.walk(place):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                found[f"{below}/{name}"] = os.stat(f"{below}/{name}").st_size
    return found
