"""What httpd is told, whoever serves."""

from dataclasses import dataclass

import processes

MODULES = "/usr/lib/apache2/modules"


@dataclass(frozen=True)
class Workers:
    """Of MPM event."""

    children: int
    threads: int  # of each child


FEW = Workers(2, 64)
# With every worker of a child busy, MPM event closes those of its keep-alive connections on which a request comes. So where no client
# may be lost, each child has a worker for every client, however unevenly the children share them.
MANY = Workers(2, 1000)

CONFIGURATION = """\
ServerRoot {run}
ServerName localhost
Listen 127.0.0.1:{port}
ListenBacklog 2000
DefaultRuntimeDir {run}
PidFile {run}/httpd.pid
ErrorLog {run}/error.log
LogLevel warn
DocumentRoot {tree}/htdocs
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule alias_module {modules}/mod_alias.so
StartServers {children}
ServerLimit {children}
ThreadLimit {threads}
ThreadsPerChild {threads}
MaxRequestWorkers {all}
MinSpareThreads 1
MaxSpareThreads {all}
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
Timeout 60
{user}
{lines}"""


def configuration(run, tree, port, workers, lines):
    return CONFIGURATION.format(
        run=run,
        port=port,
        tree=tree,
        modules=MODULES,
        children=workers.children,
        threads=workers.threads,
        all=workers.children * workers.threads,
        user="User www-data\nGroup www-data" if processes.IS_ROOT else "",
        lines=lines,
    )
