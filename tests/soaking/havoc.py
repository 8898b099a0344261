"""What is done to the site while it serves: nothing that the pool `steady` may notice."""

import os
import signal
import time

import processes


class Havoc:
    """One deed after another, by chance."""

    def __init__(self, site, random):
        self.site = site
        self.random = random
        self.done = {}

    def turn(self, with_gracefuls):
        deeds = [self.kill, self.kill, self.stop_for_a_while, self.reload, self.break_target]
        if with_gracefuls:
            deeds += [self.graceful, self.change_settings]
        deed = self.random.choice(deeds)
        deed()
        self.done[deed.__name__] = self.done.get(deed.__name__, 0) + 1

    def any_daemon(self):
        return self.random.choice(self.site.daemons("mortal") or [None])

    def signal(self, pid, number):
        # a pid that was reused is no daemon
        if pid is not None and processes.program(pid) == "jvm-daemon":
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def kill(self):
        self.signal(self.any_daemon(), signal.SIGKILL)

    def stop_for_a_while(self):
        pid = self.any_daemon()
        self.signal(pid, signal.SIGSTOP)
        time.sleep(self.random.random())
        self.signal(pid, signal.SIGCONT)

    def reload(self):
        self.site.write_target(f"Hello {self.random.randrange(1000)}, ")

    def break_target(self):
        self.site.write_target('" no Java ')
        time.sleep(self.random.random() * 3)
        self.reload()

    def graceful(self):
        self.site.graceful()

    def change_settings(self):
        self.site.configure()
        self.site.graceful()
