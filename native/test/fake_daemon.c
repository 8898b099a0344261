/* Stands in for jvm-daemon in the tests of the supervisor. What it does is named in the variable
 * FAKE, words separated by commas: facts     prints what it finds itself to be child     starts a
 * process in its group, and prints its number talk      prints lines that need care flood
 * prints and sends messages without end crash     names a crash report and aborts fail      says
 * why it cannot start, and exits with 7 hang      is never ready toil=PATH computes until there is
 * something at PATH, and is then ready nurse=PATH has a child compute until there is something at
 * PATH, and is then ready stubborn  takes no notice of anything but SIGKILL brief     exits with 3
 * as soon as it is ready hangup    ends as a JVM does that got SIGHUP like-hangup  ends as a JVM
 * does whose application has called System.exit(129) wordy     asks to be replaced, for a reason of
 * 1000 bytes that show as four times as many beat      sends heartbeats rest      says that it is
 * silent from now on, and prints `asked` when it is asked idle      says that it is idle, all the
 * time load=TEXT says that this is its load serve     accepts connections, and answers each with
 * its pid partial=HASH  tells that its application of that hash has failed to load grow      takes
 * 64 MB of memory once it is ready threads   prints something like a dump of a JVM's threads on
 * SIGQUIT deaf      does not handle SIGQUIT escape    starts a process in a session of its own,
 * whose parent ends at once, and prints its number shut      closes its lifecycle socket as soon as
 * it is ready, and lives on thread    has a second thread, and prints its number headless  its
 * first thread ends once it is ready, and another goes on unlistening  closes its listening socket
 * before it is ready keyring   prints whether it finds the key `mj-secret` in its session's keyring
 * SIGQUIT has it print `dump`, SIGUSR1 wish to be replaced, SIGUSR2 tell that a target has changed.
 * Otherwise it is ready at once, and ends when it is told to drain or when the supervisor is
 * gone. */
#include "record.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool is_told(const char *word)
{
    const char *words = getenv("FAKE");
    return words != NULL && strstr(words, word) != NULL;
}

static void say(const char *message, size_t len)
{
    if (send(3, message, len, MSG_NOSIGNAL) < 0) {
        _exit(9);
    }
}

static void on_signal(int number)
{
    static char change[] = "C0000000000000000 /srv/shop.jar";
    switch (number) {
    case SIGUSR1:
        send(3, "Orequest-timeout: GET /slow", 27, MSG_NOSIGNAL | MSG_DONTWAIT);
        break;
    case SIGUSR2: /* a different one each time */
        change[1]++;
        send(3, change, sizeof(change) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        break;
    default:
        if (write(1, "dump\n", 5) < 0) {
            _exit(8);
        }
        break;
    }
}

static void serve(void)
{
    char text[16];
    int fd;
    fcntl(0, F_SETFL, O_NONBLOCK); /* another daemon may be faster */
    fd = accept(0, NULL, NULL);
    if (fd >= 0) {
        (void)snprintf(text, sizeof(text), "%d", (int)getpid());
        send(fd, text, strlen(text), MSG_NOSIGNAL);
        close(fd);
    }
}

/* Waits for a command, and says meanwhile what it is told to say. */
static bool is_to_go_on(void)
{
    struct pollfd fds[] = {{.fd = 3, .events = POLLIN}, {.fd = is_told("serve") ? 0 : -1, .events = POLLIN}};
    char type = 0;
    for (;;) {
        int n = poll(fds, 2, is_told("beat") || is_told("idle") ? 50 : -1);
        if (n > 0 && fds[0].revents != 0) {
            bool is_message = recv(3, &type, 1, 0) == 1;
            if (is_message && type == 'P') {
                printf("asked\n");
                say("P", 1);
            }
            return is_message && type != 'D';
        }
        if (n > 0) {
            serve();
        }
        if (is_told("beat")) {
            say("H", 1);
        }
        if (is_told("idle")) {
            say("I", 1);
        }
    }
}

static void print_file(const char *path, const char *prefixes)
{
    char line[1024];
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        char name[32];
        if (sscanf(line, "%31[A-Za-z]:", name) == 1 && strstr(prefixes, name) != NULL) {
            printf("status %s", line);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

static void print_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;
    printf("fds");
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(dir)) {
            printf(" %s", entry->d_name);
        }
    }
    printf("\n");
    closedir(dir);
}

static void print_facts(char **argv)
{
    char cwd[1024], record[4096];
    ssize_t len = pread(4, record, sizeof(record), 0);
    mj_span_t name = {"", 0};
    int death_signal = 0, is_listening = 0, i;
    socklen_t size = sizeof(is_listening);

    printf("argv %s %s%s%s\n", argv[0], argv[1], argv[2] != NULL ? " " : "", argv[2] != NULL ? argv[2] : "");
    for (i = 0; environ[i] != NULL; i++) {
        printf("env %s\n", environ[i]);
    }
    printf("cwd %s\n", getcwd(cwd, sizeof(cwd)));
    print_file("/proc/self/status", "Uid Gid Groups NoNewPrivs Umask SigBlk SigIgn CapEff CapPrm");
    print_descriptors();
    if (len > 0) {
        mj_record_find((mj_span_t){record, (apr_size_t)len}, "name", &name);
    }
    printf("record %.*s\n", (int)name.len, name.data);
    printf("record-writable %d\n", ftruncate(4, 0) == 0 || pwrite(4, "x", 1, 0) == 1);
    prctl(PR_GET_PDEATHSIG, &death_signal);
    printf("death-signal %d\n", death_signal);
    getsockopt(0, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size);
    printf("listening %d\n", is_listening);
    printf("priority %d\n", getpriority(PRIO_PROCESS, 0));
    printf("leader %d %d\n", getpgrp() == getpid(), getsid(0) == getpid());
}

/* With calls that a signal's handler may make. */
static void print_threads(int number)
{
    static const char text[] = "Full thread dump\n\"main\" \x1b[1m\nJNI global refs: 9\n\nHeap\n space 7K\n";
    (void)number;
    if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0) {
        _exit(9);
    }
}

/* PATH of `word=PATH`, which ends with the word or at a comma. */
static const char *path_of(const char *word)
{
    static char path[1024];
    const char *at = strstr(getenv("FAKE"), word) + strlen(word);
    (void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, ","), at);
    return path;
}

static void toil(const char *path)
{
    volatile unsigned long steps = 0;
    do {
        unsigned long i;
        for (i = 0; i < 1000000; i++) {
            steps += i;
        }
    } while (access(path, F_OK) != 0);
}

static void nurse(const char *path)
{
    pid_t pid = fork();
    if (pid == 0) {
        toil(path);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

/* As a program does that makes a daemon of itself. */
static void start_escaped(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        pid = fork();
        if (pid == 0) {
            close(3);
            for (;;) {
                pause();
            }
        }
        printf("escaped %d\n", (int)pid);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

static void *live_on(void *unused)
{
    (void)unused;
    printf("thread %ld\n", syscall(SYS_gettid));
    for (;;) {
        pause();
    }
    return NULL;
}

static void start_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, live_on, NULL) != 0) {
        _exit(9);
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    setvbuf(stdout, NULL, _IOLBF, 0);
    (void)signal(SIGQUIT, is_told("threads") ? print_threads : is_told("deaf") ? SIG_DFL : on_signal);
    (void)signal(SIGUSR1, on_signal);
    (void)signal(SIGUSR2, on_signal);

    if (is_told("facts")) {
        print_facts(argv);
    }
    if (is_told("child")) {
        pid_t pid = fork();
        if (pid == 0) {
            for (;;) {
                pause();
            }
        }
        printf("child %d\n", (int)pid);
    }
    if (is_told("escape")) {
        start_escaped();
    }
    if (is_told("keyring")) {
        printf("key %s\n",
               syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", "mj-secret", 0) < 0 ? "none" : "found");
    }
    if (is_told("thread") && !is_told("threads")) {
        start_thread();
    }
    if (is_told("talk")) {
        char many[9000];
        memset(many, 'm', sizeof(many));
        fputs("out \x1b[31m\tred \xc3\xa4 \xff\n", stdout);
        fprintf(stdout, "%.*s\n", (int)sizeof(many), many);
        fputs("err line\n<4>of level 4\nno newline", stderr);
    }
    if (is_told("crash")) {
        printf("# /var/crash dir/hs_err_pid%d.log\n", (int)getpid());
        abort();
    }
    if (is_told("fail")) {
        say("Fjava.lang.NoSuchFieldException: \x07"
            "application",
            45);
        return 7;
    }
    if (is_told("stubborn")) {
        signal(SIGTERM, SIG_IGN);
    }
    if (is_told("unlistening")) {
        close(0);
    }
    if (is_told("toil=")) {
        toil(path_of("toil="));
    }
    if (is_told("nurse=")) {
        nurse(path_of("nurse="));
    }
    if (!is_told("hang")) {
        const char *failed = is_told("partial=") ? strchr(strstr(getenv("FAKE"), "partial="), '=') : NULL;
        char ready[] = "R........";
        if (failed != NULL) {
            char mount[256];
            memcpy(ready + 1, failed + 1, 8);
            (void)snprintf(mount, sizeof(mount), "M%.8s /srv/shop.jar: Database may be already in use", failed + 1);
            say(mount, strlen(mount));
        }
        say(ready, failed != NULL ? 9 : 1);
    }
    if (is_told("load=")) {
        char load[64];
        (void)snprintf(load, sizeof(load), "L%s", path_of("load="));
        say(load, strlen(load));
    }
    if (is_told("rest")) {
        say("Q", 1);
    }
    if (is_told("grow")) {
        char *much = malloc(64 << 20);
        memset(much, 'g', 64 << 20);
        printf("grown %d\n", much[4096]);
    }
    if (is_told("headless")) {
        start_thread();
        syscall(SYS_exit, 0);
    }
    if (is_told("shut")) {
        close(3);
        for (;;) {
            pause();
        }
    }
    if (is_told("brief")) {
        say("X3", 2);
        return 3;
    }
    if (is_told("wordy")) {
        char reason[1000];
        memset(reason, 1, sizeof(reason));
        reason[0] = 'O';
        say(reason, sizeof(reason));
    }
    if (is_told("hangup")) {
        const char *why =
            is_told("like-hangup") ? "FSystem.exit at shop.Shop.leave(Shop.java:7)" : "Fsignal 1 (SIGHUP) from outside";
        say(why, strlen(why));
        say("X129", 4);
        return 129;
    }
    while (is_told("flood")) {
        printf("flood\n");
        send(3, "F", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    while (is_told("stubborn") || is_told("hang")) {
        pause();
    }
    while (is_to_go_on()) {
    }
    return 0;
}
