"""Tables of Markdown, and the numbers in them."""


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def number(value):
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def select(samples, **wanted):
    """Those samples of which each named thing is as wanted."""
    return [s for s in samples if all(s[name] == value for name, value in wanted.items())]
