"""What was wrong in the end: reports of sanitizers, lines of the error log."""

import collections
import os
import re

ALARMING = re.compile(r":(error|crit|alert|emerg)\]")

# Never expected. UndefinedBehaviorSanitizer writes to the program's stderr, whatever log_path says; that is the error log in the end.
FATAL = re.compile(r"exit signal|AddressSanitizer|runtime error:")

# Lines of what a JVM prints behind the first belong to it.
CONTINUED = re.compile(r"\[pool [^]]+\] (?:\[id [^]]+\] )?(\s+at |\s*\.\.\. \d+ more|Caused by: )")

EXPECTED = re.compile(
    "|".join(
        [
            r"pool mortal",
            r"/mortal/Hello\.java",
            r"broken off on purpose|more than the Content-Length of|less than the Content-Length of",
            # load.breaks, load.leave and load.broken
            r"MJ00(41|43|45|46|47|48)",
            r"\[core:error\].*AH(00126|00127|10244|00026|00128|02429|10508|02430)",
            r"\[http:error\]",
            r"\[http2:",
            r"Runtime\.exit\(143\) logging failed",
        ]
    )
)


def reports(folder):
    """The sanitizers' reports: the file's name, which ends in program and pid, and what it is about."""
    found = []
    for name in sorted(os.listdir(folder)):
        with open(f"{folder}/{name}", encoding="utf-8", errors="replace") as file:
            text = file.read()
        about = re.search(r"ERROR: AddressSanitizer: .*", text)
        found.append(f"{name}: {about.group(0) if about else text[:200]}\n{text}")
    return found


def unexpected(log):
    return [line for line in log.splitlines() if FATAL.search(line) or is_alarming(line)]


def is_alarming(line):
    return ALARMING.search(line) and not CONTINUED.search(line) and not EXPECTED.search(line)


def digest(findings, most=3):
    """Findings of one kind, which differ in numbers and ids alone, are told a few times, and then counted."""
    kinds = collections.defaultdict(list)
    for finding in findings:
        kinds[re.sub(r"\[id [^]]*\]|\[[A-Z][^]]*\d{4}\]|\d+", "", finding.partition("\n")[0])].append(finding)
    for alike in kinds.values():
        yield from alike[:most]
        if len(alike) > most:
            yield f"and {len(alike) - most} more like it"
