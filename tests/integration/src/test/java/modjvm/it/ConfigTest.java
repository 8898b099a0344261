package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Prefix;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What configtest refuses, and that each message names the directive, the value and the mend. */
class ConfigTest {
    private static final String RIGHT = "JVMDaemonProcess good ${AS1}\nJVMAlias /app ${APPS}/Hello.java";

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void write() {
        httpd = Httpd.with().withoutArchives().host("site", RIGHT).write();
        Users.second();
    }

    private static void assertRefused(String lines, String directive, String value, String mend) {
        httpd.rewriteHost("site", lines);
        assertRefused(directive, value, mend);
    }

    private static void assertRefused(String directive, String value, String mend) {
        Command test = httpd.configtest();

        assertThat(test.exitCode()).as(test.output()).isNotZero();
        assertThat(test.output()).contains(directive).contains(value).containsPattern(mend);
        // a file and a line to go to
        assertThat(test.output()).containsPattern("httpd\\.conf(:| )?(line )?\\d+|line \\d+ of .*httpd\\.conf");
    }

    @Test
    void shouldAcceptARightConfiguration() {
        httpd.rewriteHost("site", RIGHT);

        Command test = httpd.configtest();

        assertThat(test.output()).contains("Syntax OK");
        assertThat(test.exitCode()).isZero();
        // it only looks
        assertThat(httpd.dir().resolve("run")).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({
        "processes=0,            'from 1'",
        "processes=many,         'number'",
        "threads=0,              'from 1'",
        "threads=-1,             'from 1'",
        "threads=5x,             'number'",
        "queue-size=-1,          'from 0'",
        "queue-timeout=soon,     'time'",
        "request-timeout=5d,     'ms, s, min or h'",
        "startup-timeout=-1,     'time'",
        "graceful-timeout=1x,    'time'",
        "shutdown-timeout=,      'time'",
        "heap=1k,                'size'",
        "heap=big,               'size'",
        "heap=99999999999g,      'size'",
        "stack-size=1,           'size'",
        "umask=0999,             'octal'",
        "umask=rwx,              'octal'",
        "env=NOEQUALS,           'NAME=VALUE'",
        "env=1A-B=x,             'NAME=VALUE'",
        "java-option=Dx=1,       '-'",
        "home=relative,          'absolute'",
        "java-home=relative,     'absolute'",
        "class-path=a:b,         'absolute'",
        "chroot=srv,             'absolute'",
        "read-only=/srv:etc,     'absolute'",
        "private-tmp=yes,        'off or on'",
        "script-user=nosuchuser, 'useradd|create'",
        "script-user=#x,         'UID'",
        "script-group=nosuchgroup, 'groupadd|create'",
        "memory-limit=lots,      'size'",
        "cpu-priority=20,        'from -20 to 19'",
        "virtual-threads=auto,   'off or on'",
        "env-file=etc/env,       'absolute'",
        "env-file=/nonexistent/env, 'No such file'",
        "env-file=/dev/null,     'regular file'",
        "connect-timeout=-1,     'time'",
        "socket-timeout=1x,      'time'",
        "interrupt-timeout=x,    'time'",
        "idle-timeout=x,         'time'",
        "deadlock-timeout=x,     'time'",
        "maximum-requests=-1,    'from 0'",
        "restart-interval=x,     'time'",
        "restart-order=new-first, 'stop-first'",
        "reload-marker=here,     'absolute'",
        "reload-marker=/srv/x/,  'name a file'",
        "home=/nonexistent,      'No such file.*make it'",
        "home=/etc/passwd,       'is not a folder'",
        "home=/etc/passwd/x,     'Not a directory|is not a folder'",
        "class-path=/srv/notes.txt, 'name a .jar'",
        "class-path=/srv/A.java, 'name a .jar'",
        "class-path=/srv/lib/*,  'name each jar'",
        "class-path=/srv/a.jar/, 'slash'",
        "listen-backlog=0,       'from 1 to 65535'",
        "send-buffer-size=1t,    'size'",
        "receive-buffer-size=x,  'size'",
        "header-buffer-size=1m,  'from 1k to 64k'",
    })
    void shouldRefuseAnOption(String option, String mend) {
        String name = option.substring(0, option.indexOf('='));
        assertRefused("JVMDaemonProcess shop ${AS1} " + option, "JVMDaemonProcess", name, mend);
        String value = option.substring(option.indexOf('=') + 1);
        assertThat(httpd.configtest().output()).contains(value);
    }

    @ParameterizedTest
    @RequiresRoot
    @CsvSource({
        "user=root,                             'UID 0'",
        "user=0,                                'UID 0'",
        "user=#0,                               'UID 0'",
        "user=daemon,                           'JVMMinimumUID'",
        "user=#99 group=mjtest1,                'JVMMinimumUID'",
        "user=nosuchuser,                       'useradd|create'",
        "user=#4294967296,                      'number'",
        "user=mjtest1 group=#x,                 'number'",
        "user=#4000000001,                      'group='",
        "user=mjtest1 group=root,               'GID 0'",
        "user=mjtest1 group=0,                  'GID 0'",
        "user=mjtest1 group=nosuchgroup,        'groupadd|create'",
        "user=mjtest1 supplementary-groups=root, 'GID 0'",
        "'user=mjtest1 supplementary-groups=games,0',  'GID 0'",
        "threads=1,                             'user='",
    })
    void shouldRefuseAnIdentity(String options, String mend) {
        assertRefused("JVMDaemonProcess shop " + options, "JVMDaemonProcess", "shop", mend);
    }

    @Test
    void shouldSayWhereAnEnvFileIsWrong() {
        Path file = httpd.dir().resolve("wrong.env");
        Folders.write(file, "# right\nA=1\nPASSWORD geheim\n");
        assertRefused("JVMDaemonProcess shop ${AS1} env-file=" + file, "JVMDaemonProcess", file + ":3: ", "NAME=VALUE");
        assertThat(httpd.configtest().output()).doesNotContain("geheim");
    }

    @Test
    @RequiresRoot
    void shouldRefuseAnEnvFileThatOthersCanWrite() {
        Path file = httpd.dir().resolve("open.env");
        Folders.write(file, "A=1\n");
        Command.succeed("chmod", "666", file.toString());
        assertRefused(
                "JVMDaemonProcess shop ${AS1} env-file=" + file, "JVMDaemonProcess", file.toString(), "chmod go-w");
        Command.succeed("chmod", "644", file.toString());
        Command.succeed("chown", Users.first(), file.toString());
        assertRefused(
                "JVMDaemonProcess shop ${AS1} env-file=" + file,
                "JVMDaemonProcess",
                file.toString(),
                "chown it to root");
    }

    @Test
    @RequiresRoot
    void shouldRefuseAHomeThatItsUserCannotReach() {
        Path closed = Folders.make(httpd.dir().resolve("closed-home"), "root", "rwx------");
        assertRefused(
                "JVMDaemonProcess shop ${AS1} home=" + closed,
                "JVMDaemonProcess",
                "home=" + closed,
                "closed to the pool's user.*chmod");
        assertRefused(
                "JVMDaemonProcess shop ${AS1} home=" + closed + "/x", "JVMDaemonProcess", closed.toString(), "chmod");
    }

    private static void assertWarned(String lines, String... messages) {
        httpd.rewriteHost("site", lines);
        Command test = httpd.configtest();

        assertThat(test.exitCode()).as(test.output()).isZero();
        assertThat(test.output()).contains("MJ0008").contains(messages);
    }

    /** Or a user could keep httpd from its next restart, and all other sites with it. */
    @Test
    @RequiresRoot
    void shouldOnlyWarnOfWhatAUserCanCause() {
        Path own = Folders.make(httpd.dir().resolve("own"), Users.first(), "rwxr-xr-x");
        Path link = own.resolve("link");
        Command.succeed("ln", "-sfn", "/usr", link.toString());

        assertWarned("JVMDaemonProcess shop ${AS1} home=" + own + "/gone", "home=" + own + "/gone: No such file");
        assertWarned(
                "JVMDaemonProcess shop ${AS1} read-only=" + own + "/gone", "read-only=" + own + "/gone: No such file");
        assertWarned("JVMDaemonProcess shop ${AS1} read-only=" + link, "read-only=" + link, "name the folder itself");
        assertWarned("JVMDaemonProcess shop ${AS1} java-home=" + own + "/jdk", "java-home=" + own + "/jdk", "libjvm");
        assertWarned("JVMDaemonProcess shop ${AS1} class-path=" + own + "/a.jar", "class-path=" + own + "/a.jar");
        assertWarned("JVMDaemonProcess shop ${AS1} reload-marker=" + own + "/x/y", "reload-marker=" + own + "/x/y");
    }

    /** httpd's children are dumpable then, and hold the keys of all pools. */
    @Test
    @RequiresRoot
    void shouldWarnOfCoreDumps() {
        httpd.rewriteHost("site", "JVMDaemonProcess shop ${AS1}");
        assertThat(httpd.configtest().output()).contains("Syntax OK").doesNotContain("MJ0009");
        httpd.rewriteMain("CoreDumpDirectory /tmp");
        try {
            assertThat(httpd.configtest().output()).contains("Syntax OK").contains("MJ0009: CoreDumpDirectory");
        } finally {
            httpd.rewriteMain("");
        }
    }

    private static Path javaHome(Path folder) {
        Folders.write(folder.resolve("lib/server/libjvm.so"), "");
        Folders.write(folder.resolve("release"), "JAVA_VERSION=\"21.0.1\"\n");
        return folder;
    }

    @Test
    @RequiresRoot
    void shouldRefuseAJavaHomeThatAnotherUserCanChange() {
        Path home = javaHome(httpd.dir().resolve("jdk-of-second"));
        Command.succeed("chown", "-R", Users.second(), home.toString());
        String pool = "JVMDaemonProcess shop ${AS1}";

        assertRefused(pool + " java-home=" + home, "JVMDaemonProcess", "java-home=" + home, "belongs to UID.*chown");
        assertRefused("JVMJavaHome " + home + "\n" + pool, "JVMDaemonProcess", "JVMJavaHome " + home, "chown");
        Command.succeed("chown", "-R", Users.first(), home.toString());
        httpd.rewriteHost("site", pool + " java-home=" + home);
        assertThat(httpd.configtest().output()).contains("Syntax OK").doesNotContain("MJ0008");
        // his own, but one file in it
        Command.succeed("chown", Users.second(), home + "/lib/server/libjvm.so");
        assertWarned(pool + " java-home=" + home, "libjvm.so belongs to UID");
        Command.succeed("chown", "-R", "root", home.toString());
        Command.succeed("chmod", "o+w", home + "/lib");
        assertRefused(pool + " java-home=" + home, "JVMDaemonProcess", home + "/lib", "chmod go-w");
    }

    /** What hangs here hangs httpd's parent at a graceful restart. */
    @ParameterizedTest
    @CsvSource({"mkfifo %s", "ln -s /dev/zero %s", "truncate -s 1T %s", "mkdir %s", "ln -s %1$s %1$s"})
    @RequiresRoot
    void shouldNotHangOverAJavaHome(String make) throws IOException {
        Path home = httpd.dir().resolve("jdk-that-hangs");
        Command.succeed("rm", "-rf", home.toString());
        Files.delete(javaHome(home).resolve("release"));
        Command.succeed("sh", "-c", make.formatted(home + "/release"));
        Command.succeed("chown", "-R", Users.first(), home.toString());

        assertWarned("JVMDaemonProcess shop ${AS1} java-home=" + home, home.toString(), "`release`");
    }

    @Test
    @RequiresRoot
    void shouldRefuseUidsUnderTheMinimum() {
        httpd.rewriteHost("site", RIGHT);
        httpd.rewriteMain("JVMMinimumUID 60001");
        try {
            assertRefused("JVMDaemonProcess", "user=mjtest1", "JVMMinimumUID");
        } finally {
            httpd.rewriteMain("");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "JVMDaemonProcess,                                  JVMDaemonProcess, '',              'name'",
        "JVMDaemonProcess .hidden,                          JVMDaemonProcess, .hidden,         'letters'",
        "JVMDaemonProcess a/b,                              JVMDaemonProcess, a/b,             'letters'",
        "JVMDaemonProcess threads=5,                        JVMDaemonProcess, threads=5,       'first'",
        "JVMDaemonProcess a ${AS1} colour=red,              JVMDaemonProcess, colour,          'unknown option.*threads.*user'",
        "JVMDaemonProcess a ${AS1} word,                    JVMDaemonProcess, word,            'key=value'",
        "JVMDaemonProcess a ${AS1} \"lang=C,                JVMDaemonProcess, a,               'quote'",
        "JVMAlias app ${APPS}/Hello.java,                   JVMAlias,         app,             'slash'",
        "JVMAlias /app,                                     JVMAlias,         '',              'target'",
        "JVMAlias /app Hello.java,                          JVMAlias,         Hello.java,      'absolute'",
        "JVMAlias /app ${APPS}/Hello.java colour=red,       JVMAlias,         colour,          'unknown option'",
        "JVMAlias /app ${WORK}/notes.txt,                   JVMAlias,         notes.txt,       'name a .java file'",
        "JVMAlias /app ${WORK}/shop.WAR,                    JVMAlias,         shop.WAR,        'lower case are recognised'",
        "JVMAlias /app ${WORK}/Hello.class,                 JVMAlias,         Hello.class,     'folder above its package'",
        "JVMAlias /app ${APPS}/Hello.java/,                 JVMAlias,         Hello.java/,     'leave the slash out'",
        "JVMAlias /app ${WORK}/Hello.JAVA,                  JVMAlias,         Hello.JAVA,      'rename'",
        "JVMAlias /app /,                                   JVMAlias,         /app,            'name a .java file'",
        "JVMAliasMatch ^/(.*)$ ${WORK}/$1.txt,              JVMAliasMatch,    $1.txt,          'name a .java file'",
        "JVMAlias /a/../b ${APPS}/Hello.java,               JVMAlias,         /a/../b,         'leave them out'",
        "JVMAlias /app ${APPS}/Hello.java entry-point=a-b,  JVMAlias,         a-b,             'member'",
        "JVMAliasMatch ^/( ${APPS}/Hello.java,              JVMAliasMatch,    ^/(,             'regular expression'",
        "JVMEntryPoint a::b::c,                             JVMEntryPoint,    a::b::c,         'member'",
        "JVMEntryPoint shop.core/,                          JVMEntryPoint,    shop.core/,      'namespace/function'",
        "JVMEntryPoint a/b/c,                               JVMEntryPoint,    a/b/c,           'namespace/function'",
        "JVMProcessGroup a/b,                               JVMProcessGroup,  a/b,             'letters'",
        "JVMProcessGroup nosuch,                            JVMAlias,         nosuch,          'JVMDaemonProcess'",
        "<Location /x>|JVMProcessGroup nosuch|</Location>,  JVMProcessGroup,  nosuch,          'JVMDaemonProcess'",
        "JVMAlias /app ${WORK}/a.war context=a.xml,         JVMAlias,         a.xml,           'absolute'",
        "JVMAlias /app ${WORK}/a.war context=/etc/x/,       JVMAlias,         /etc/x/,         'name a file'",
        "JVMAlias /app ${WORK}/a.war context=/a context=/b, JVMAlias,         /app,            'one context.xml'",
        "JVMAliasMatch ^/([a-z]+) ${WORK}/$1.war context=/$1.xml, JVMAliasMatch, ^/,           'without a .'",
        "JVMAlias /app ${APPS}/Hello.java param.=x,         JVMAlias,         /app,            'NAME'",
        "JVMAlias /x ${APPS}/Hello.java process-group=none, JVMAlias,         none,            'JVMDaemonProcess'",
        "JVMParameter a=b c,                                JVMParameter,     a=b,             'separately'",
        "JVMJavaHome relative,                              JVMJavaHome,      relative,        'absolute'",
        "JVMJavaHome /nonexistent,                          JVMJavaHome,      /nonexistent,    'libjvm|JDK'",
        "JVMMinimumUID 5,                                   JVMMinimumUID,    '',              'VirtualHost'",
        "JVMConcurrentStarts 2,                             JVMConcurrentStarts, '',           'VirtualHost'",
        "JVMRuntimeDir /tmp/x,                              JVMRuntimeDir,    '',              'VirtualHost'",
        "<Location /x>|JVMDaemonProcess b ${AS1}|</Location>, JVMDaemonProcess, '',            'Location'",
        "<Location /x>|JVMAlias /b ${APPS}/Hello.java|</Location>, JVMAlias,  '',              'Location'",
    })
    void shouldRefuseADirective(String lines, String directive, String value, String mend) {
        assertRefused(RIGHT + "\n" + lines.replace('|', '\n'), directive, value, mend);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "+2", "1001", "2x", "2.5", "many", "99999999999999999999"})
    void shouldRefuseANumberOfConcurrentStarts(String value) {
        httpd.rewriteHost("site", RIGHT);
        httpd.rewriteMain("JVMConcurrentStarts " + value);
        try {
            assertRefused("JVMConcurrentStarts", "'" + value + "'", "from 1 to 1000, or auto");
        } finally {
            httpd.rewriteMain("");
        }
    }

    @Test
    void shouldRefuseAMountWithoutAPool() {
        assertRefused("JVMAlias /app ${APPS}/Hello.java", "JVMAlias", "/app", "JVMDaemonProcess");
    }

    @Test
    void shouldRefuseAMountThatCouldHaveSeveralPools() {
        assertRefused("""
                JVMDaemonProcess one ${AS1}
                JVMDaemonProcess two ${AS1}
                JVMAlias /app ${APPS}/Hello.java
                """, "JVMAlias", "/app", "JVMProcessGroup|process-group");
    }

    @Test
    void shouldRefuseTwoPoolsOfOneName() {
        assertRefused(
                RIGHT + "\nJVMDaemonProcess good ${AS1}", "JVMDaemonProcess", "good", "another name|unique|already");
    }

    @Test
    void shouldRefuseThePoolOfAnotherHost() {
        try (Httpd two = Httpd.with()
                .host("one", RIGHT)
                .host("two", "JVMProcessGroup good\nJVMAlias /app ${APPS}/Hello.java")
                .write()) {
            Command test = two.configtest();

            assertThat(test.exitCode()).isNotZero();
            assertThat(test.output()).contains("JVM").contains("good").containsPattern("(?i)virtual host");
        }
    }

    @Test
    void shouldRefuseThePoolOfAnotherHostInAScope() {
        try (Httpd two = Httpd.with()
                .main("<Directory ${WORK}>\nJVMProcessGroup good\n</Directory>")
                .host("one", RIGHT)
                .host("two", "<Location /app>\nJVMProcessGroup good\n</Location>")
                .write()) {
            Command test = two.configtest();

            assertThat(test.exitCode()).isNotZero();
            // the main server's is for those who may use the pool
            assertThat(test.output()).containsOnlyOnce("JVMProcessGroup good").contains("virtual host");
        }
    }

    @RequiresRoot
    @ParameterizedTest
    @ValueSource(strings = {"User #-1", "Group #-1"})
    void shouldRefuseToServeAsNobodyInParticular(String line) {
        httpd.rewriteHost("site", RIGHT);
        httpd.rewriteMain(line);
        try {
            Command test = httpd.configtest();

            assertThat(test.exitCode()).isNotZero();
            assertThat(test.output()).contains("has no user to serve as", "User and Group");
        } finally {
            httpd.rewriteMain("");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/tmp/modjvm-runtime-folder-that-is-far-too-long/for-the-path-of-a-socket/which-holds-107-bytes-at-most, '107|long|short'",
        "relative,                                    'absolute'",
        "${ROOT}/open,                                'write|owner|mode'",
    })
    void shouldRefuseARuntimeDir(String path, String mend) {
        Folders.make(httpd.dir().resolve("open"), System.getProperty("user.name"), "rwxrwxrwx");
        httpd.rewriteHost("site", RIGHT);
        String folder = path.replace("${ROOT}", httpd.dir().toString());
        httpd.rewriteMain("JVMRuntimeDir " + folder);
        try {
            Command test = httpd.configtest();

            assertThat(test.exitCode()).isNotZero();
            assertThat(test.output()).contains("JVMRuntimeDir", folder);
            assertThat(test.output()).containsPattern(mend);
        } finally {
            httpd.rewriteMain("");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "relative,                                    'absolute'",
        "${ROOT}/open,                                'write|owner|mode'",
        "${ROOT}/open/state,                          'write|owner|mode'",
        "${ROOT}/httpd.conf,                          'not a folder'",
    })
    void shouldRefuseAStateDir(String path, String mend) {
        Folders.make(httpd.dir().resolve("open"), System.getProperty("user.name"), "rwxrwxrwx");
        httpd.rewriteHost("site", RIGHT);
        String folder = path.replace("${ROOT}", httpd.dir().toString());
        httpd.rewriteMain("JVMStateDir " + folder);
        try {
            Command test = httpd.configtest();

            assertThat(test.exitCode()).isNotZero();
            assertThat(test.output()).contains("JVMStateDir", folder.replace("/state", ""));
            assertThat(test.output()).containsPattern(mend);
        } finally {
            httpd.rewriteMain("");
        }
    }

    /** When httpd runs it is too late: the pool would not. */
    @Test
    void shouldRefuseWhatTheSupervisorCannotBeTold() {
        assertRefused(
                "JVMDaemonProcess shop ${AS1} env=LONG=" + "x".repeat(200_000) + "\nJVMAlias / ${APPS}/Hello.java",
                "JVMDaemonProcess shop",
                "131072",
                "env");
        StringBuilder mounts = new StringBuilder("JVMDaemonProcess shop ${AS1}\n");
        for (int i = 0; i < 1500; i++) {
            mounts.append("JVMAlias /").append(i).append(" ${APPS}/Hello.java\n");
        }
        assertRefused(mounts.toString(), "JVMDaemonProcess shop", "131072", "another pool");
    }

    /** Each request bears it. */
    @ParameterizedTest
    @ValueSource(strings = {"JVMAlias", "JVMAliasMatch"})
    void shouldRefuseAnApplicationThatARequestCannotName(String directive) {
        String mount = directive.equals("JVMAlias") ? "/a" : "^/a";
        String lines = "JVMDaemonProcess shop ${AS1}\nJVMParameter long " + "x".repeat(65_536) + "\n" + directive + " "
                + mount + " ${APPS}/Hello.java";

        assertRefused(lines, directive + " " + mount, "65535", "JVMParameter|param\\.");
    }

    @Test
    void shouldAcceptLongValuesThatFit() {
        httpd.rewriteHost(
                "site",
                "JVMDaemonProcess shop ${AS1} env=LONG=" + "x".repeat(60_000) + "\nJVMParameter long "
                        + "x".repeat(60_000) + "\nJVMAlias / ${APPS}/Hello.java");

        assertThat(httpd.configtest().output()).contains("Syntax OK");
    }

    @Test
    void shouldRefuseAJavaHomeWithoutAJvm() {
        assertRefused(
                "JVMDaemonProcess shop ${AS1} java-home=/usr\nJVMAlias / ${APPS}/Hello.java",
                "JVMDaemonProcess",
                "/usr",
                "libjvm|JDK|java-home");
    }

    @Test
    @RequiresRoot
    void shouldRefuseAnInstallationThatPoolsCannotReach() throws IOException {
        Path closed = Folders.make(httpd.dir().resolve("closed"), System.getProperty("user.name"), "rwx------");
        Command.succeed(
                "cp", "-R", Prefix.root().toString(), closed.resolve("prefix").toString());
        Path module = closed.resolve("prefix").resolve(Prefix.root().relativize(Prefix.module()));
        try (Httpd unreachable =
                Httpd.with().jvmModule(module).host("site", RIGHT).write()) {
            Command test = unreachable.configtest();

            assertThat(test.exitCode()).isNotZero();
            assertThat(test.output()).contains(closed.toString(), "0700", "chmod");
        }
    }

    @Test
    void shouldRefuseDirectivesInHtaccess() {
        try (Httpd htaccess = Httpd.with().host("site", RIGHT + """

                DocumentRoot ${WORK}
                <Directory ${WORK}>
                    AllowOverride All
                    Require all granted
                </Directory>
                """).write()) {
            htaccess.expect("not allowed here");
            Folders.write(htaccess.work().resolve("file.txt"), "text\n");
            htaccess.start();
            for (String line : new String[] {
                "JVMProcessGroup good",
                "JVMEntryPoint x",
                "JVMApplicationGroup g",
                "JVMParameter a b",
                "JVMDaemonProcess x",
                "JVMAlias /x /y"
            }) {
                Folders.write(htaccess.work().resolve(".htaccess"), line + "\n");
                assertThat(modjvm.it.harness.Http.get(htaccess.uri("site", "/file.txt"))
                                .statusCode())
                        .as(line)
                        .isEqualTo(500);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "JVMAlias /shop, JVMAlias /shop/",
        "JVMAlias /, JVMAlias /",
        "JVMAlias /a/b, JVMAlias //a//b",
        "JVMAliasMatch ^/(x), JVMAliasMatch ^/(x)",
    })
    void shouldWarnOfAMountThatIsNeverUsed(String first, String second) {
        httpd.rewriteHost(
                "site",
                "JVMDaemonProcess site ${AS1}\n" + first + " ${APPS}/Hello.java\n" + second + " ${APPS}/Ends.java");

        Command test = httpd.configtest();

        assertThat(test.exitCode()).isZero();
        assertThat(test.output())
                .containsPattern("MJ0027: \\S+httpd.conf:(\\d+): " + Pattern.quote(second)
                        + " is never used: the one at \\S+httpd.conf:\\d+ takes the same requests");
    }

    @Test
    void shouldNotWarnOfMountsThatCoverOneAnother() {
        httpd.rewriteHost("site", """
                JVMDaemonProcess site ${AS1}
                JVMAlias / ${APPS}/Hello.java
                JVMAlias /shop ${APPS}/Hello.java
                JVMAliasMatch ^/shop ${APPS}/Hello.java
                """);
        httpd.rewriteMain("JVMDaemonProcess all ${AS1}\nJVMAlias /shop ${APPS}/Hello.java");
        try {
            assertThat(httpd.configtest().output()).contains("Syntax OK").doesNotContain("MJ0027");
        } finally {
            httpd.rewriteMain("");
        }
    }

    @Test
    void shouldWarnOfALocaleThatIsNotInstalled() {
        httpd.rewriteHost("site", "JVMDaemonProcess site ${AS1} lang=xx_YY.UTF-8\nJVMAlias / ${APPS}/Hello.java");
        Command test = httpd.configtest();
        assertThat(test.output())
                .containsPattern(
                        "MJ0058: .*httpd\\.conf:\\d+: JVMDaemonProcess site: lang=xx_YY.UTF-8: this locale is not installed")
                .contains("Syntax OK");

        httpd.rewriteHost("site", "JVMDaemonProcess site ${AS1} lang=POSIX\nJVMAlias / ${APPS}/Hello.java");
        assertThat(httpd.configtest().output()).doesNotContain("MJ0058");
    }
}
