"""The peers: what httpd is told for each, and what is started behind it."""

import os
import shutil
import socket
from dataclasses import dataclass, field

import httpd
import kept
import processes
import subject
import workloads
from httpd import MODULES

TOMCAT = "/usr/share/tomcat10"
UWSGI_JAR = "/usr/share/java/uwsgi.jar"
UWSGI_PLUGINS = "/usr/lib/uwsgi/plugins"
BACKEND_THREADS = 25

TOMCAT_SERVER = """\
<Server port="-1">
  <Service name="Catalina">
    <Connector {connector} connectionTimeout="60000" maxKeepAliveRequests="-1"/>
    <Engine name="Catalina" defaultHost="localhost">
      <Host name="localhost" appBase="webapps" autoDeploy="false">
{contexts}      </Host>
    </Engine>
  </Service>
</Server>
"""

# Tomcat's list of its own jars, through which it need not look, has not the names that Debian gives them: none is looked through.
CONTEXT = '        <Context path="{path}" docBase="{tree}/webapp"><JarScanner scanClassPath="false"/></Context>\n'

AJP = 'protocol="AJP/1.3" address="127.0.0.1" port="{port}" secretRequired="false"'
HTTP = (
    'protocol="org.apache.coyote.http11.Http11NioProtocol" unixDomainSocketPath="{socket}"'
    ' unixDomainSocketPathPermissions="rw-rw-rw-"'
)


@dataclass(frozen=True)
class Places:
    """Where everything lies: a private folder that every user can reach."""

    tree: str  # what is served: htdocs, webapp, jwsgi, the applications, mod_limit.so
    prefix: str  # where mod_jvm is installed
    java_home: str
    older_java_home: str  # empty if there is one alone


@dataclass
class Backend:
    command: list
    environment: dict = field(default_factory=dict)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def limit(places, run):
    return f"LoadModule limit_module {places.tree}/mod_limit.so\nSetHandler limit\n", None


def limit_flush(places, run):
    return f"LoadModule limit_module {places.tree}/mod_limit.so\nSetHandler limit-flush\n", None


def static(places, run):
    return "", None


def jvm(places, run, java_home=None, options=""):
    target, file = f"{places.tree}/Bench.java", f"param.file={places.tree}/htdocs/file"
    java_home = java_home or places.java_home
    return (
        subject.module(places, kept.folder(run, java_home))
        + subject.pool("bench", java_home, options)
        + subject.mount("/", target, "bench", file)
    ), None


def jvm_older(places, run):
    return jvm(places, run, places.older_java_home)


def jvm_queue(places, run):
    return jvm(places, run, options="queue-size=1000")


def wsgi(places, run):
    return wsgi_groups(places, run, ["/"]), None


def wsgi_groups(places, run, paths):
    """A process group for each path."""
    user = f" user={processes.BACKEND_USER} group={processes.BACKEND_GROUP}" if processes.IS_ROOT else ""
    lines = f"LoadModule wsgi_module {MODULES}/mod_wsgi.so\nWSGISocketPrefix {run}/wsgi\nWSGIApplicationGroup %{{GLOBAL}}\n"
    for i, path in enumerate(paths):
        lines += f"WSGIDaemonProcess bench{i} processes=1 threads=15 display-name=%{{GROUP}} home={places.tree}{user}\n"
        lines += f"WSGIScriptAlias {path} {places.tree}/bench.wsgi process-group=bench{i}\n"
    return lines


def jk(places, run, paths=("",)):
    """A context for each path."""
    port = free_port()
    write(f"{run}/workers", f"worker.list=tomcat\nworker.tomcat.type=ajp13\nworker.tomcat.host=127.0.0.1\nworker.tomcat.port={port}\n")
    return (
        f"LoadModule jk_module {MODULES}/mod_jk.so\n"
        f"JkWorkersFile {run}/workers\nJkShmFile {run}/jk.shm\nJkLogFile {run}/jk.log\nJkLogLevel error\n"
        "JkMount /* tomcat\n"
    ), tomcat(places, run, AJP.format(port=port), paths)


def proxy_http(places, run):
    return proxy("http", f"{run}/backend/socket"), tomcat(places, run, HTTP.format(socket=f"{run}/backend/socket"))


def proxy_uwsgi(places, run):
    java_home = places.java_home
    return proxy("uwsgi", f"{run}/backend/socket"), Backend(
        [
            "uwsgi",
            "--plugins-dir", UWSGI_PLUGINS,
            "--plugins", "0:jvm,0:jwsgi",
            "--socket", f"{run}/backend/socket",
            "--chmod-socket=666",
            "--master",
            "--die-on-term",
            "--processes", "1",
            "--threads", str(BACKEND_THREADS),
            "--buffer-size", "32768",
            "--disable-logging",
            "--jvm-classpath", UWSGI_JAR,
            "--jvm-classpath", f"{places.tree}/jwsgi",
            "--jvm-opt", f"-Dbench.file={places.tree}/htdocs/file",
            "--jwsgi", "BenchJwsgi:application",
        ],
        {"LD_LIBRARY_PATH": f"{java_home}/lib/server:{java_home}/lib"},
    )  # fmt: skip


def proxy(scheme, path):
    return (
        f"LoadModule proxy_module {MODULES}/mod_proxy.so\n"
        f"LoadModule proxy_{scheme}_module {MODULES}/mod_proxy_{scheme}.so\n"
        f"ProxyPass / unix:{path}|{scheme}://localhost/ enablereuse=on\n"
    )


def tomcat(places, run, connector, paths=("",)):
    """A private Tomcat, never the system's service."""
    base = f"{run}/backend"
    for name in ("conf", "logs", "temp", "work", "webapps"):
        os.mkdir(f"{base}/{name}")
        if processes.IS_ROOT:
            shutil.chown(f"{base}/{name}", processes.BACKEND_USER, processes.BACKEND_GROUP)
    contexts = "".join(CONTEXT.format(path=path, tree=places.tree) for path in paths)
    write(f"{base}/conf/server.xml", TOMCAT_SERVER.format(connector=connector, contexts=contexts))
    write(f"{base}/conf/web.xml", DEFAULT_WEB_XML)
    return Backend(
        [
            f"{places.java_home}/bin/java",
            "-Djava.awt.headless=true",
            f"-Dcatalina.home={TOMCAT}",
            f"-Dcatalina.base={base}",
            f"-Djava.io.tmpdir={base}/temp",
            "-cp", f"{TOMCAT}/bin/bootstrap.jar:{TOMCAT}/bin/tomcat-juli.jar",
            "org.apache.catalina.startup.Bootstrap",
            "start",
        ]
    )  # fmt: skip


DEFAULT_WEB_XML = """\
<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
  <servlet>
    <servlet-name>default</servlet-name>
    <servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class>
    <load-on-startup>1</load-on-startup>
  </servlet>
  <servlet-mapping>
    <servlet-name>default</servlet-name>
    <url-pattern>/</url-pattern>
  </servlet-mapping>
</web-app>
"""


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


@dataclass(frozen=True)
class Peer:
    name: str
    title: str
    configure: callable  # (Places, run folder) -> lines for httpd, Backend or None
    kind: str  # limit, subject (mod_jvm), variant (of it), jvm (others that serve Java) or other
    needs: tuple = ()  # files without which it is left out
    workloads: tuple = tuple(w.name for w in workloads.ALL)
    hello: str = "/hello"
    mounts: int = 0  # hello is spread over so many: /m1/hello, /m2/hello and so on
    workers: httpd.Workers = httpd.FEW

    def java_home(self, places):
        """Of the JVM with which mod_jvm is measured; None for other peers."""
        return {jvm_older: places.older_java_home, jvm: places.java_home}.get(self.configure)

    def is_jvm(self):
        return self.kind in ("subject", "variant", "jvm")

    def lacks(self, places):
        """What it needs and this machine has not, in words; nothing if there is all."""
        if self.name == "jvm-older" and not places.older_java_home:
            return "second JDK of 17 or later"
        return next((need for need in self.needs if not os.path.exists(need)), "")

    def path(self, workload):
        path = self.hello if workload.path == "/hello" else workload.path
        return f"/m1{path}" if self.mounts else path

    def httpd_configuration(self, places, run, port):
        lines, backend = self.configure(places, run)
        return httpd.configuration(run, places.tree, port, self.workers, lines), backend


HELLO = tuple(w.name for w in workloads.HELLO)
ALL = [
    Peer("limit", "limit: a C handler inside httpd", limit, "limit", workloads=tuple(w.name for w in workloads.ALL if w.name != "file")),
    Peer("limit-flush", "limit, flushing", limit_flush, "limit", workloads=HELLO),
    Peer("static", "httpd, a static file", static, "limit", workloads=("file",)),
    Peer("jvm", "mod_jvm", jvm, "subject"),
    Peer("jvm-older", "mod_jvm, older JDK", jvm_older, "variant", workloads=(*HELLO, "memory", "length")),
    Peer("jvm-flush", "mod_jvm, the application flushes", jvm, "variant", workloads=HELLO, hello="/flushed"),
    Peer("wsgi", "mod_wsgi daemon, 1 × 15 threads", wsgi, "other", (f"{MODULES}/mod_wsgi.so",)),
    Peer("jk", "mod_jk → Tomcat", jk, "jvm", (f"{MODULES}/mod_jk.so", f"{TOMCAT}/bin/bootstrap.jar")),
    Peer("proxy-http", "mod_proxy_http → Tomcat, Unix socket", proxy_http, "jvm", (f"{TOMCAT}/bin/bootstrap.jar",)),
    Peer(
        "uwsgi",
        "mod_proxy_uwsgi → uWSGI JWSGI, Unix socket",
        proxy_uwsgi,
        "jvm",
        (f"{MODULES}/mod_proxy_uwsgi.so", f"{UWSGI_PLUGINS}/jvm_plugin.so", f"{UWSGI_PLUGINS}/jwsgi_plugin.so"),
    ),
]
BY_NAME = {peer.name: peer for peer in ALL}
