"""The httpd that is soaked: its configuration, its start and its end."""

import os
import shutil
import signal
import socket
import time

import processes

MODULES = "/usr/lib/apache2/modules"
DEADLINE = 120  # seconds, for what takes a few on a quiet machine
FILE_LENGTH = 3_000_000

CONFIGURATION = """\
ServerRoot {run}
ServerName localhost
Listen 127.0.0.1:{port}
DefaultRuntimeDir {run}
PidFile {run}/httpd.pid
ErrorLog {run}/error.log
LogLevel info
DocumentRoot {run}/htdocs
Timeout 20
GracefulShutdownTimeout 10
{load}
StartServers 2
ServerLimit 8
ThreadLimit 64
ThreadsPerChild 64
MaxRequestWorkers 128
MaxSpareThreads 128
H2Push off
Protocols h2c http/1.1
RequestReadTimeout header=20 body=20
LoadModule jvm_module {prefix}/lib/apache2/modules/mod_jvm.so
JVMRuntimeDir {run}/jvm
JVMStateDir {run}/state
{user}
<Location /status>
    SetHandler jvm-status
</Location>
JVMDaemonProcess steady {pool_user} processes=2 threads=12 queue-timeout=60
JVMDaemonProcess mortal {pool_user} processes=2 threads=4 queue-timeout=60 request-timeout=2 interrupt-timeout=1 deadlock-timeout=5 graceful-timeout=5 env=ROUND={round}
JVMDaemonProcess sleeper {pool_user} idle-timeout=1 queue-timeout=60
JVMAlias /hello {run}/apps/Hello.java process-group=steady
JVMAlias /flow {run}/apps/Flow.java process-group=steady
JVMAlias /wire {run}/apps/Wire.java process-group=steady
JVMAlias /sockets {run}/apps/Sockets.java process-group=steady
JVMAlias /mortal/hello {run}/mortal/Hello.java process-group=mortal
JVMAlias /mortal/flow {run}/apps/Flow.java process-group=mortal
JVMAlias /mortal/limits {run}/apps/Limits.java process-group=mortal
JVMAlias /sleeper {run}/apps/Hello.java process-group=sleeper
{lines}
"""

LOADED = ("mpm_event", "authz_core", "alias", "http2", "reqtimeout")
FAULTS = """\
LoadModule faults_module {tree}/mod_faults.so
<Location /faults>
    SetHandler faults
</Location>
JVMAlias /faulty {tree}/Faults.java process-group=mortal
"""


class Site:
    """A private httpd on a loopback port, with all that it keeps in one folder."""

    def __init__(self, places, has_faults=False):
        self.places = places
        self.run = f"{places.runs}/{'faults' if has_faults else 'soak'}"
        self.port = free_port()
        self.lines = FAULTS.format(tree=places.tree) if has_faults else ""
        self.round = 0
        self.parent = None
        for folder in ("htdocs", "mortal"):
            os.makedirs(f"{self.run}/{folder}")
        shutil.copytree(places.applications, f"{self.run}/apps")
        self.write_target("Hello, ")
        self.file = f"{self.run}/apps/file"
        with open(self.file, "wb") as file:
            file.write(pattern(FILE_LENGTH))
        self.configure()

    def configure(self):
        """Writes the configuration, with other settings of one pool each time."""
        self.round += 1
        root = processes.IS_ROOT
        with open(f"{self.run}/httpd.conf", "w", encoding="utf-8") as file:
            file.write(
                CONFIGURATION.format(
                    run=self.run,
                    port=self.port,
                    prefix=self.places.prefix,
                    load="\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED),
                    user="User www-data\nGroup www-data" if root else "",
                    pool_user=f"user={processes.BACKEND_USER} group={processes.BACKEND_GROUP}" if root else "",
                    round=self.round,
                    lines=self.lines,
                )
            )

    def write_target(self, greeting):
        """The source that changes; anything that is no Java but text breaks it."""
        path = f"{self.run}/mortal/Hello.java"
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            file.write(
                "import modjvm.*;\n\npublic class Hello {\n"
                f'    static final Application application = request -> Response.text("{greeting}" + request.pathInfo() + "\\n");\n}}\n'
            )
        os.rename(f"{path}.new", path)

    def start(self):
        command = [shutil.which("apache2") or shutil.which("httpd"), "-f", f"{self.run}/httpd.conf", "-DFOREGROUND"]
        self.parent = processes.start(command, f"{self.run}/httpd.log", environment=self.places.environment)
        await_until("httpd answers", self.answers)

    def answers(self):
        if self.parent.poll() is not None:
            raise RuntimeError(f"httpd has ended:\n{self.log()}{read(f'{self.run}/httpd.log')}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def graceful(self):
        before = self.log().count("resuming normal operations")
        self.parent.send_signal(signal.SIGUSR1)
        await_until("httpd has read its configuration", lambda: self.log().count("resuming normal operations") > before)

    def log(self):
        return read(f"{self.run}/error.log")

    def family(self):
        """httpd, the supervisor, the daemons and what these have started: ids, and when they began."""
        found = processes.descendants(self.parent.pid)
        found[self.parent.pid] = processes.stat(self.parent.pid)[19]
        return found

    def children(self):
        """httpd's processes that serve clients."""
        return [pid for pid in processes.descendants(self.parent.pid) if processes.is_httpd(pid)]

    def supervisors(self):
        return [pid for pid in processes.descendants(self.parent.pid) if processes.program(pid) == "jvm-supervisor"]

    def daemons(self, pool):
        """The processes of a pool, by the name that they bear."""
        return [
            pid
            for pid in processes.descendants(self.parent.pid)
            if processes.program(pid) == "jvm-daemon" and read(f"/proc/{pid}/cmdline").split("\0")[0] == f"jvm:{pool}"
        ]

    def stop(self):
        """Ends it; what of its family is left then, and its exit status."""
        family = self.family()
        self.parent.send_signal(signal.SIGTERM)
        status = self.parent.wait(DEADLINE)
        try:
            await_until("", lambda: not left_of(family), 30)
        except TimeoutError:
            pass
        return left_of(family), status

    def abandon(self):
        if self.parent is not None:
            processes.end(self.parent)


def left_of(family):
    return [pid for pid, began in family.items() if processes.is_same(pid, began)]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pattern(length):
    """The bytes that Flow.java writes, piece by piece."""
    piece = bytes((i * 31 + (i >> 8)) & 0xFF for i in range(65536))
    return (piece * (length // len(piece) + 1))[:length]


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def await_until(what, condition, seconds=DEADLINE):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.05)
