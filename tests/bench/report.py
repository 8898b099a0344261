"""Makes the tables and the plot of what measure.py found."""

import argparse
import json
import statistics

import goals
import machine
import parts
import peers
import plot
import workloads
from tables import number, table

KIB_PER_MB = 1024


class Findings:
    """What was measured, by peer and workload, one value per round."""

    def __init__(self, result):
        self.samples = {}
        for sample in result["samples"]:
            sample["cpu_us"] = sample["httpd_cpu_us"] + sample["backend_cpu_us"]
            self.samples.setdefault((sample["peer"], sample["workload"]), []).append(sample)
        self.pss_mb = {}
        for sample in result["memory"]:
            self.pss_mb.setdefault(sample["peer"], []).append(sample["pss_kib"] / KIB_PER_MB)

    def has(self, peer, workload):
        return (peer, workload) in self.samples

    def values(self, peer, workload, measure):
        return [sample[measure] for sample in self.samples[peer, workload]]

    def median(self, peer, workload, measure):
        return statistics.median(self.values(peer, workload, measure))

    def errors(self, peer, workload):
        return sum(self.values(peer, workload, "errors"))

    def memory(self, peer):
        return self.pss_mb.get(peer, [])

    def median_memory(self, peer):
        return statistics.median(self.pss_mb[peer])

    def peers(self):
        return [peer for peer in peers.ALL if any(self.has(peer.name, w.name) for w in workloads.ALL)]


def by_workload(findings, chosen, cell):
    """A row for each peer, a column for each workload; what had errors is marked."""
    rows = []
    for peer in findings.peers():
        if any(findings.has(peer.name, w.name) for w in chosen):
            cells = [
                cell(peer.name, w.name) + (" !" if findings.errors(peer.name, w.name) else "") if findings.has(peer.name, w.name) else ""
                for w in chosen
            ]
            title = f"**{peer.title}**" if peer.kind == "subject" else peer.title
            rows.append([title, *cells])
    return table(["", *(w.title for w in chosen)], rows)


def goal_rows(found):
    for goal in found:
        wanted = "" if goal.wanted is None else f"{'≤' if goal.at_most else '≥'} {goal.wanted:g}"
        yield [goal.title, goal.against, number(goal.ratio), f"{number(goal.lowest)}–{number(goal.highest)}", wanted, goal.verdict()]


def peers_sections(findings):
    median = findings.median
    return [
        "**Requests per second**\n",
        by_workload(findings, workloads.ALL, lambda p, w: f"{median(p, w, 'requests_per_second'):.0f}"),
        "**Processor time of a request, µs: httpd + backend**\n",
        by_workload(findings, workloads.ALL, lambda p, w: f"{median(p, w, 'httpd_cpu_us'):.0f} + {median(p, w, 'backend_cpu_us'):.0f}"),
        "**Latency, ms: p50 / p99**\n",
        by_workload(findings, workloads.ALL, lambda p, w: f"{median(p, w, 'p50_us') / 1000:.2f} / {median(p, w, 'p99_us') / 1000:.2f}"),
        "**Memory of the backend, idle after hello, PSS in MB**\n",
        table(["", "PSS"], [[p.title, f"{findings.median_memory(p.name):.0f}"] for p in findings.peers() if findings.memory(p.name)]),
    ]


def markdown(result, findings, jdks, subject):
    heading = (
        f"Measured on {result['started']}: {result['rounds']} interleaved round{'s' if result['rounds'] > 1 else ''},"
        f" {result['seconds']} s for each number, medians of the rounds.\nBefore, others used {result['busy']:.2f} of the processors."
    )
    sections = [
        heading + "\n",
        table(["machine", ""], [*machine.describe(*jdks), ("mod_jvm", subject)]).replace("---: |", "--- |"),
    ]
    found = []
    if result["samples"]:
        sections += peers_sections(findings)
        found += goals.all_goals(findings)
    for name, samples in result["parts"].items():
        sections.append(parts.ALL[name].section(samples))
        found += parts.ALL[name].reached(samples)
    if found:
        sections.append("**Goals: mod_jvm divided by the named peer, or its own figure: of the medians, and the lowest and highest of a single round**\n")
        sections.append(table(["", "against", "ratio or figure", "rounds", "goal", "reached"], goal_rows(found)))
    for title, reason in result["left_out"].items():
        sections.append(f"Left out: {title}: {reason}.\n")
    failed = [(p.title, w.title, findings.errors(p.name, w.name)) for p in findings.peers() for w in workloads.ALL if findings.has(p.name, w.name)]
    for peer, workload, errors in failed:
        if errors:
            sections.append(f"! {peer}, {workload}: {errors} errors.\n")
    return "\n".join(sections)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("result", help="measure.py's file")
    parser.add_argument("--java-home", action="append", required=True, help="the newest JDK, then the older one")
    parser.add_argument("--subject", required=True, help="which mod_jvm it was")
    parser.add_argument("--table", required=True, help="file of Markdown to write")
    parser.add_argument("--plot", required=True, help="file of SVG to write")
    arguments = parser.parse_args()
    with open(arguments.result, encoding="utf-8") as file:
        result = json.load(file)
    findings = Findings(result)
    peers.write(arguments.table, markdown(result, findings, arguments.java_home, arguments.subject))
    panels = []
    for workload in workloads.ALL:
        bars = [
            (peer.title, peer.kind, findings.median(peer.name, workload.name, "requests_per_second"))
            for peer in findings.peers()
            if findings.has(peer.name, workload.name)
        ]
        if bars:
            panels.append((workload.title, bars))
    if panels:
        peers.write(arguments.plot, plot.draw(f"Requests per second, {result['started']}", panels))


if __name__ == "__main__":
    main()
