package modjvm.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import modjvm.Response;
import modjvm.application.ApplicationHandler;
import modjvm.loading.Applications;
import modjvm.protocol.Frame;
import modjvm.protocol.HttpdCodec;
import modjvm.spi.ApplicationKey;
import modjvm.spi.Handler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An httpd that has read its configuration anew asks a daemon of the former one. */
@Timeout(30)
class OtherSettingsTest {
    private static final int SETTINGS = 7;

    /** Knows what is at /srv/app. */
    private static final class Known implements Applications {
        @Override
        public boolean knows(ApplicationKey application) {
            return new String(application.definition(), StandardCharsets.US_ASCII).contains("/srv/app");
        }

        @Override
        public Handler find(ApplicationKey application) {
            return new ApplicationHandler(request -> Response.text(knows(application) ? "known" : "unknown"));
        }
    }

    private static TestServer start() throws IOException {
        return new TestServer(
                new Known(),
                new WireSettings(TestServer.HTTPD_UID, TestServer.key(), SETTINGS, 5, 0, false),
                TestServer.platformThreads());
    }

    private static HttpdCodec.RequestBuilder unknown() {
        return new HttpdCodec.RequestBuilder().withDefinition("target", "/srv/new");
    }

    @Test
    void shouldSayThatItsSettingsDoNotHaveTheApplication() throws IOException {
        try (TestServer server = start();
                Httpd httpd = server.connect(SETTINGS + 1)) {
            assertThat(httpd.exchange(unknown()).head()).isEqualTo(new Frame.Refused(1, Frame.Reason.NOT_CONFIGURED));
        }
    }

    @Test
    void shouldServeWhatBothHave() throws IOException {
        try (TestServer server = start();
                Httpd httpd = server.connect(SETTINGS + 1)) {
            assertThat(httpd.exchange(Httpd.get("/")).text()).isEqualTo("known");
        }
    }

    @Test
    void shouldLookForWhatItsOwnSettingsAskFor() throws IOException {
        try (TestServer server = start();
                Httpd httpd = server.connect(SETTINGS)) {
            assertThat(httpd.exchange(unknown()).text()).isEqualTo("unknown");
        }
    }
}
