"""mod_jvm's own lines for httpd."""

import processes


def module(places, state):
    """Its module; state: the JVMStateDir, or Off."""
    return f"LoadModule jvm_module {places.prefix}/lib/apache2/modules/mod_jvm.so\nJVMStateDir {state}\n"


def pool(name, java_home, options=""):
    user = f" user={processes.BACKEND_USER} group={processes.BACKEND_GROUP}" if processes.IS_ROOT else ""
    return f"JVMDaemonProcess {name}{user} java-home={java_home} {options}\n"


def mount(path, target, name, parameters=""):
    return f"JVMAlias {path} {target} process-group={name} {parameters}\n"


def is_daemon(pid):
    return processes.program(pid) == "jvm-daemon"
