"""Runs the peers one at a time, in interleaved rounds, and writes what it found to a file of JSON."""

import argparse
import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import peers
import processes
import workloads

START_SECONDS = 60
BUSY = 0.2  # processors in use by others before the first round: more is reported
IDLE_SECONDS = 2  # between the last hello and the look at the memory
HERE = os.path.dirname(os.path.abspath(__file__))


class Server:
    """A httpd and what is behind it, serving one peer."""

    def __init__(self, peer, places, run):
        self.peer = peer
        self.run = run
        self.port = peers.free_port()
        self.started = []
        make_folder(run)
        make_folder(f"{run}/backend", own=True)
        configuration, self.backend = peer.httpd_configuration(places, run, self.port)
        peers.write(f"{run}/httpd.conf", configuration)

    def __enter__(self):
        try:
            if self.backend:
                self.started.append(
                    processes.start(self.backend.command, f"{self.run}/backend.log", True, self.backend.environment)
                )
            httpd = shutil.which("apache2") or shutil.which("httpd")
            self.started.append(
                processes.start([httpd, "-f", f"{self.run}/httpd.conf", "-DFOREGROUND"], f"{self.run}/httpd.log")
            )
            self.wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.started):
            processes.end(process)
        return False

    def wait_until_ready(self):
        workload = workloads.BY_NAME[self.peer.workloads[0]]
        deadline = time.monotonic() + START_SECONDS
        while True:
            ended = [process for process in self.started if process.poll() is not None]
            problem = f"{ended[0].args[0]} has ended" if ended else self.problem_of(workload)
            if not problem:
                return
            if ended or time.monotonic() > deadline:
                raise RuntimeError(f"{self.peer.title} does not serve: {problem}\n{self.logs()}")
            time.sleep(0.05)

    def path(self, workload):
        return self.peer.hello if workload.path == "/hello" else workload.path

    def problem_of(self, workload):
        """What is wrong with the answer to one request; None if nothing is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            try:
                if workload.shape == "post":
                    connection.request("POST", self.path(workload), body=b"x" * workloads.POST_LENGTH)
                else:
                    headers = workloads.REQUEST_HEADERS if workload.shape == "headers" else {}
                    connection.request("GET", self.path(workload), headers=headers)
                response = connection.getresponse()
                body = response.read()
            except (OSError, http.client.HTTPException) as e:
                return repr(e)
        if response.status != 200:
            return f"status {response.status}"
        if len(body) != workload.length:
            return f"{len(body)} bytes instead of {workload.length}"
        if workload.shape == "post" and body != b"%d\n" % workloads.POST_LENGTH:
            return f"answer {body!r}"
        extra = sum(1 for name in response.headers if name.lower().startswith("x-response-"))
        if workload.shape == "headers" and extra != workloads.RESPONSE_HEADERS:
            return f"{extra} headers instead of {workloads.RESPONSE_HEADERS}"
        return None

    def logs(self):
        texts = []
        for name in ("backend.log", "httpd.log", "error.log"):
            with contextlib.suppress(FileNotFoundError), open(f"{self.run}/{name}", encoding="utf-8", errors="replace") as log:
                texts += log.readlines()[-10:]
        return "".join(texts)

    def pids(self):
        """The processes that serve: httpd's, and those behind it."""
        found = set()
        for process in self.started:
            found |= {process.pid, *processes.descendants(process.pid)}
        httpd = {pid for pid in found if processes.is_httpd(pid)}
        return httpd, found - httpd

    def load(self, workload, seconds):
        """Lets wrk send for a while; its findings, and the processor time that the servers took."""
        command = [
            "wrk", "-t1", f"-c{workload.connections}", f"-d{seconds}s", "-s", f"{HERE}/wrk.lua",
            f"http://127.0.0.1:{self.port}{self.path(workload)}", "--", workload.shape,
        ]  # fmt: skip
        httpd, backend = self.pids()
        before = processes.cpu_seconds(httpd), processes.cpu_seconds(backend)
        output = subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=True).stdout
        after = processes.cpu_seconds(httpd), processes.cpu_seconds(backend)
        found = json.loads(output.partition("RESULT ")[2])
        if found["requests"] == 0:
            raise RuntimeError(f"{self.peer.title}, {workload.title}: no request was answered\n{self.logs()}")
        return {
            "requests_per_second": found["requests"] * 1e6 / found["duration_us"],
            "httpd_cpu_us": (after[0] - before[0]) * 1e6 / found["requests"],
            "backend_cpu_us": (after[1] - before[1]) * 1e6 / found["requests"],
            "p50_us": found["p50_us"],
            "p99_us": found["p99_us"],
            "errors": found["errors"],
        }


def make_folder(path, own=False):
    os.mkdir(path)
    os.chmod(path, 0o755)
    if own and processes.IS_ROOT:
        shutil.chown(path, processes.BACKEND_USER, processes.BACKEND_GROUP)


def measure(peer, places, run, settings):
    """One peer's turn in one round."""
    samples = []
    memory = []
    with Server(peer, places, run) as server:
        for workload in workloads.ALL:
            if workload.name not in peer.workloads:
                continue
            problem = server.problem_of(workload)
            if problem:
                raise RuntimeError(f"{peer.title}, {workload.title}: {problem}\n{server.logs()}")
            is_first = workload.name == peer.workloads[0]
            if is_first and peer.is_jvm():
                server.load(workloads.BY_NAME["hello-8"], settings.first_warm_up)
            server.load(workload, settings.warm_up)
            samples.append({"workload": workload.name, **server.load(workload, settings.seconds)})
            if workload == workloads.HELLO[-1] and peer.kind != "flushing":
                time.sleep(IDLE_SECONDS)
                backend = server.pids()[1]
                if backend:
                    memory.append(processes.pss_kib(backend))
    return samples, memory


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", required=True)
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--java-home", required=True)
    parser.add_argument("--runs", required=True, help="an existing folder for the servers' files")
    parser.add_argument("--output", required=True, help="the file of JSON")
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--seconds", type=int, required=True, help="of each measurement")
    parser.add_argument("--warm-up", type=int, required=True, help="seconds before each measurement")
    parser.add_argument("--first-warm-up", type=int, required=True, help="seconds after the start of a JVM")
    parser.add_argument("--peers", default=",".join(peers.BY_NAME), help="names, with commas between")
    return parser.parse_args()


def main():
    settings = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    places = peers.Places(settings.tree, settings.prefix, settings.java_home)
    result = {
        "rounds": settings.rounds,
        "seconds": settings.seconds,
        "started": time.strftime("%Y-%m-%d", time.gmtime()),
        "left_out": {},
        "busy": processes.busy_processors(2),
        "samples": [],
        "memory": [],
    }
    if result["busy"] > BUSY:
        print(f"    the machine is busy with other things: {result['busy']:.1f} processors", flush=True)
    chosen = []
    for name in settings.peers.split(","):
        peer = peers.BY_NAME[name]
        if peer.missing():
            result["left_out"][peer.title] = f"there is no {peer.missing()[0]}"
            print(f"    left out: {peer.title}: there is no {peer.missing()[0]}", flush=True)
        else:
            chosen.append(peer)
    for turn in range(settings.rounds):
        for peer in chosen:
            began = time.monotonic()
            samples, memory = measure(peer, places, f"{settings.runs}/{turn}-{peer.name}", settings)
            result["samples"] += [{"peer": peer.name, "round": turn, **sample} for sample in samples]
            result["memory"] += [{"peer": peer.name, "round": turn, "pss_kib": pss} for pss in memory]
            peers.write(settings.output, json.dumps(result, indent=1))
            shown = " ".join(f"{sample['requests_per_second']:.0f}{'!' if sample['errors'] else ''}" for sample in samples)
            print(f"    round {turn + 1}, {peer.title}: {shown} ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"measure: {error}")
