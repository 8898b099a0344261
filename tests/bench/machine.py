"""What was measured on what: without names of hosts, users or folders."""

import os
import platform
import re
import shutil
import subprocess

PACKAGES = {
    "mod_wsgi": "libapache2-mod-wsgi-py3",
    "mod_jk": "libapache2-mod-jk",
    "Tomcat": "tomcat10-common",
    "uWSGI": "uwsgi-core",
    "php-fpm": "php-fpm",
    "wrk": "wrk",
    "h2load": "nghttp2-client",
}


def describe(java_home, older_java_home=""):
    """Pairs of a thing and what it is."""
    pairs = [
        ("processors", f"{os.cpu_count()} × {processor()}"),
        ("memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"),
        ("system", f"{value('/etc/os-release', 'PRETTY_NAME')}, Linux {platform.release().partition('-')[0]}"),
        ("httpd", output(shutil.which("apache2") or "httpd", "-v", pattern=r"Apache/(\S+)") + ", MPM event"),
        ("JDK", version(java_home)),
    ]
    if older_java_home:
        pairs.append(("older JDK", version(older_java_home)))
    for name, package in PACKAGES.items():
        installed = output("dpkg-query", "-W", "-f", "${Version}", package, pattern=r"(?:\d+:)?([\w.]+)")
        if installed:
            pairs.append((name, installed))
    return pairs


def version(java_home):
    return f"{value(f'{java_home}/release', 'JAVA_VERSION')} ({value(f'{java_home}/release', 'IMPLEMENTOR')})"


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return models[0] if models else platform.machine()


def value(path, name):
    """A value of a file of shell variables."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith(f"{name}="):
                return line.partition("=")[2].strip().strip('"')
    return "?"


def output(*command, pattern):
    """What a pattern finds in a command's output; nothing if it fails."""
    try:
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    match = re.search(pattern, text)
    return match.group(1) if match else ""
