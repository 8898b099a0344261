"""A peer that runs: its httpd, what is behind it, and what they cost under load."""

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import time

import peers
import processes
import workloads

START_SECONDS = 60
HERE = os.path.dirname(os.path.abspath(__file__))


class Server:
    """A httpd and what is behind it, serving one peer."""

    def __init__(self, peer, places, run, environment=None, is_awaited=True):
        self.peer = peer
        self.run = run
        self.environment = environment
        self.is_awaited = is_awaited
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
                processes.start([httpd, "-f", f"{self.run}/httpd.conf", "-DFOREGROUND"], f"{self.run}/httpd.log", environment=self.environment)
            )
            if self.is_awaited:
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

    def url(self, workload):
        return f"http://127.0.0.1:{self.port}{self.peer.path(workload)}"

    def problem_of(self, workload):
        """What is wrong with the answer to one request; None if nothing is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            try:
                if workload.shape == "post":
                    connection.request("POST", self.peer.path(workload), body=b"x" * workloads.POST_LENGTH)
                else:
                    headers = workloads.REQUEST_HEADERS if workload.shape == "headers" else {}
                    connection.request("GET", self.peer.path(workload), headers=headers)
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

    def status(self, path, seconds):
        """Of the answer to a GET."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            return response.status

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
            self.url(workload), "--", workload.shape, str(self.peer.mounts),
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
