package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import modjvm.it.harness.Certificate;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files that an application answers with, and that have not all the bytes which they had, or said
 * to have, when they were opened: the client never gets a response that looks whole, nor a piece of
 * the next one, and httpd's children live.
 */
class BrokenFileTest {
    private static final int LARGE = 64 << 20;
    /** Its last page begins at LARGE, 67108864. */
    private static final int WITHIN_A_PAGE = 3000;
    /** A regular file of 4096 bytes, as fstat has it, with a few bytes to read. */
    private static final String LESS_THAN_IT_SAYS = "/sys/class/net/lo/mtu";

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        String mounts = """
                JVMAlias /wire ${APPS}/Wire.java
                Alias /pages ${WORK}/pages
                <Location /wire/zipped>
                    SetOutputFilter DEFLATE
                </Location>
                <Location /wire/slowed>
                    SetOutputFilter RATE_LIMIT
                    SetEnv rate-limit 1000000
                </Location>
                <Directory ${WORK}/pages>
                    Require all granted
                    Options +Includes
                    SetOutputFilter INCLUDES
                </Directory>
                """;
        httpd = Httpd.with()
                .module("deflate", "filter", "include", "ratelimit", "alias", "env", "socache_shmcb", "ssl")
                .main("JVMDaemonProcess site ${AS1} heap=32m\nJVMProcessGroup site")
                .host("plain", mounts)
                .host("secure", mounts + """
                        SSLEngine On
                        SSLCertificateFile ${WORK}/cert.pem
                        SSLCertificateKeyFile ${WORK}/key.pem
                        """)
                .write();
        httpd.expect(Certificate.WARNINGS + "|MJ0051|core_output_filter|AH\\d+");
        Certificate.write(httpd.work());
        Folders.make(httpd.work().resolve("pages"), "root", "rwxr-xr-x");
        Folders.write(
                httpd.work().resolve("pages/page"),
                "<!--#include virtual=\"/wire?file=" + LESS_THAN_IT_SAYS + "\"-->tail\n");
        httpd.start();
    }

    private static RawClient client(String host) throws IOException {
        return host.equals("secure") ? RawClient.secure(httpd.port(host)) : new RawClient(httpd.port(host));
    }

    private static String request(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n";
    }

    /** What comes before the connection ends, in whichever way. */
    private static String rest(InputStream in) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            in.transferTo(bytes);
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /**
     * Over plain HTTP, httpd writes the head with what it reads: where that fails, the client gets
     * nothing at all.
     */
    @ParameterizedTest
    @CsvSource({
        "plain, /wire, ''",
        "plain, /wire/zipped, HTTP/1.1 500",
        "plain, /wire/slowed, ''",
        "secure, /wire, HTTP/1.1 200",
        "secure, /wire/zipped, HTTP/1.1 500",
        "secure, /wire/slowed, HTTP/1.1 200"
    })
    void shouldEndTheConnectionBehindWhatIsThere(String host, String path, String start) throws IOException {
        String all = everything(host, path + "?file=" + LESS_THAN_IT_SAYS);
        if (start.isEmpty()) {
            assertThat(all).isEmpty();
            return;
        }
        assertThat(all).startsWith(start).containsOnlyOnce("HTTP/1.1 ");
        if (start.endsWith("200")) {
            assertThat(all.substring(all.indexOf("\r\n\r\n") + 4)).hasSizeLessThan(10);
        }
    }

    /** The chunks of the page are never ended. */
    @Test
    void shouldEndTheConnectionWithinAnIncludedFile() throws IOException {
        assertThat(everything("plain", "/pages/page")).isEmpty();
        assertThat(everything("secure", "/pages/page"))
                .startsWith("HTTP/1.1 200 ")
                .contains("chunked")
                .containsOnlyOnce("HTTP/1.1 ")
                .doesNotContain("\r\n0\r\n");
    }

    /** What comes on a connection with two requests. */
    private static String everything(String host, String target) throws IOException {
        try (RawClient client = client(host).send(request(target) + request("/wire?next"))) {
            return rest(client.input());
        }
    }

    /**
     * Where a filter looks at the bytes, httpd's child would die of SIGBUS, were they mapped; where
     * the kernel alone reads them, it does not.
     */
    @ParameterizedTest
    @CsvSource({
        "plain, /wire, 2000",
        "plain, /wire/zipped, 2000",
        "secure, /wire, 2000",
        "plain, /wire, 67108964",
        "secure, /wire, 67108964",
        "plain, /wire, 67100000"
    })
    void shouldBreakOffWhereTheFileIsCutShort(String host, String path, long length) throws IOException {
        Path large = httpd.work().resolve("cut.bin");
        byte[] noise = new byte[LARGE + WITHIN_A_PAGE]; // which gzip makes no smaller
        new Random(1).nextBytes(noise);
        Files.write(large, noise);
        try (RawClient client = client(host).send(request(path + "?file=" + large))) {
            RawClient.Head head = client.receiveHead();
            InputStream body = client.body(head);
            assertThat(body.readNBytes(1000)).hasSize(1000);
            try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
                file.setLength(length);
            }
            assertThatThrownBy(() -> body.transferTo(OutputStream.nullOutputStream()))
                    .isInstanceOf(IOException.class);
        }
        assertThat(RawClient.get(httpd.port("plain"), "/wire?file=" + httpd.work() + "/pages/page")
                        .status())
                .isEqualTo(200);
        assertThat(httpd.log().lines("exit signal")).isEmpty();
    }

    /**
     * In a user namespace of the pool's user, who could answer for it by himself: the daemon reads
     * it, and httpd does not.
     */
    @Test
    @RequiresRoot
    void shouldStreamWhatHttpdHasNotMounted() throws Exception {
        Process holder = new ProcessBuilder(
                        "setpriv",
                        "--reuid=" + Users.first(),
                        "--regid=" + Users.first(),
                        "--clear-groups",
                        "unshare",
                        "-Urm",
                        "sh",
                        "-c",
                        "mount -t tmpfs none /mnt && mkdir /mnt/one /mnt/other /mnt/all && echo of-its-own >/mnt/one/file"
                                + " && mount -t overlay none /mnt/all -o lowerdir=/mnt/one:/mnt/other,userxattr && echo && read end")
                .start();
        try {
            assertThat(holder.getInputStream().read()).as("it is mounted").isEqualTo('\n');
            RawClient.Reply got =
                    RawClient.get(httpd.port("plain"), "/wire?file=/proc/" + holder.pid() + "/root/mnt/all/file");
            assertThat(got.status()).isEqualTo(200);
            assertThat(new String(got.bytes(), StandardCharsets.US_ASCII)).isEqualTo("of-its-own\n");
        } finally {
            holder.destroy();
            holder.waitFor();
        }
    }

    /** The pages that nobody has written would be httpd's, if they were mapped. */
    @Test
    void shouldLeaveTheHolesOfAFileInMemory() throws IOException {
        Path sparse = Path.of("/dev/shm/" + httpd.work().getFileName() + "."
                + ProcessHandle.current().pid());
        try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(LARGE);
            assertThat(RawClient.get(httpd.port("plain"), "/wire?file=" + sparse)
                            .bytes())
                    .hasSize(LARGE);
            assertThat(Command.succeed("stat", "-c", "%b", sparse.toString()).trim())
                    .isEqualTo("0");
        } finally {
            Files.delete(sparse);
        }
    }
}
