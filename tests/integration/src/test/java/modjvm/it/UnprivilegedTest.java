package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Prefix;
import modjvm.it.harness.Proc;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An httpd that a user starts: its pools run as that user. */
class UnprivilegedTest {
    @Test
    void shouldServeAsTheUserWhoStartedHttpd() {
        try (Httpd httpd = Httpd.with()
                .owner(Users.first())
                .host("mine", """
                JVMDaemonProcess mine
                JVMDaemonProcess named user=%1$s
                JVMProcessGroup mine
                JVMAlias /mine ${APPS}/Facts.java
                JVMAlias /named ${APPS}/Facts.java process-group=named
                """.formatted(Users.first()))
                .start()) {
            for (String path : new String[] {"/mine", "/named"}) {
                int pid = Integer.parseInt(
                        Http.get(httpd.uri("mine", path + "?pid")).body());
                Proc daemon = Proc.of(pid).orElseThrow();
                assertThat(daemon.status().get("Uid")).startsWith(Users.uid(Users.first()) + " ");
                assertThat(daemon.status()).containsEntry("NoNewPrivs", "1");
            }
        }
    }

    @Test
    void shouldServeFromAnInstallationInAPrivateHome() {
        Path home = Folders.make(Folders.temporary(), Users.first(), "rwx------");
        try {
            Path prefix = home.resolve("prefix");
            Command.succeed("cp", "-R", Prefix.root().toString(), prefix.toString());
            Path module = prefix.resolve(Prefix.root().relativize(Prefix.module()));
            try (Httpd httpd = Httpd.with()
                    .owner(Users.first())
                    .jvmModule(module)
                    .host("mine", """
                    JVMDaemonProcess mine
                    JVMAlias / ${APPS}/Hello.java
                    """)
                    .start()) {
                assertThat(Http.get(httpd.uri("mine", "/you")).body()).isEqualTo("Hello, /you\n");
            }
        } finally {
            Folders.remove(home);
        }
    }

    @Test
    @RequiresRoot
    void shouldRefuseAnotherUser() {
        Httpd httpd = Httpd.with()
                .owner(Users.first())
                .host("mine", """
                JVMDaemonProcess mine user=%s
                JVMAlias / ${APPS}/Hello.java
                """.formatted(Users.second()))
                .write();
        try (httpd) {
            Command test = httpd.configtest();

            assertThat(test.exitCode()).isNotZero();
            assertThat(test.output()).contains("JVMDaemonProcess", "user=mjtest2", "leave user= out");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chroot=/srv", "private-tmp=on", "read-only=/srv", "cpu-priority=-1"})
    @RequiresRoot
    void shouldRefuseWhatOnlyRootCanDo(String option) {
        try (Httpd httpd = Httpd.with()
                .owner(Users.first())
                .host("mine", "JVMDaemonProcess mine " + option + "\nJVMAlias / ${APPS}/Hello.java")
                .write()) {
            Command test = httpd.configtest();

            assertThat(test.exitCode()).isNotZero();
            assertThat(test.output())
                    .contains("JVMDaemonProcess mine: " + option + ": httpd was not started by root", "leave it out");
        }
    }
}
