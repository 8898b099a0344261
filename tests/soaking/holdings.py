"""What processes hold open, by kind."""

import os
import re


def descriptors(pids):
    """How many descriptors of each kind these processes have open together."""
    counts = {}
    for pid in pids:
        folder = f"/proc/{pid}/fd"
        try:
            for name in os.listdir(folder):
                kind = kind_of(os.readlink(f"{folder}/{name}"))
                counts[kind] = counts.get(kind, 0) + 1
        except OSError:
            continue  # closed meanwhile, or the process has ended
    return counts


def kind_of(target):
    if target.startswith("/") and not target.startswith(("/memfd:", "/dev/")):
        return "file"
    return re.sub(r":\[\d+\]$", "", target)


def more(before, after):
    """What there is more of: nothing if there is no leak."""
    return {kind: f"{before.get(kind, 0)} before, {count} now" for kind, count in after.items() if count > before.get(kind, 0)}
