package modjvm.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import modjvm.protocol.RequestHead.Text;
import modjvm.protocol.Vector.Line;
import modjvm.protocol.Vector.Part;
import modjvm.record.Record;
import modjvm.record.RecordException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VectorsTest {
    static List<Vector> ofHttpd() throws IOException {
        return Vector.valid("httpd");
    }

    static List<Vector> ofDaemon() throws IOException {
        return Vector.valid("daemon");
    }

    static List<Vector> invalidOfHttpd() throws IOException {
        return Vector.invalid("httpd");
    }

    @Test
    void shouldFindTheVectors() throws IOException {
        assertThat(ofHttpd()).hasSizeGreaterThan(5);
        assertThat(ofDaemon()).hasSizeGreaterThan(5);
        assertThat(invalidOfHttpd()).hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @MethodSource("ofHttpd")
    void shouldDecodeWhatHttpdSends(Vector vector) throws ProtocolException {
        Feed feed = new Feed();
        feed.add(vector.wire());
        assertThat(feed.isEmpty()).isTrue();
        assertThat(describe(feed.frames)).isEqualTo(normalized(vector.parts()));
    }

    @ParameterizedTest
    @MethodSource("ofHttpd")
    void shouldDecodeTheSameByteByByte(Vector vector) throws ProtocolException {
        Feed feed = new Feed();
        for (byte b : vector.wire()) {
            feed.add(b);
        }
        assertThat(feed.isEmpty()).isTrue();
        assertThat(describe(feed.frames)).isEqualTo(normalized(vector.parts()));
    }

    @ParameterizedTest
    @MethodSource("ofHttpd")
    void shouldFindEveryProperPrefixIncomplete(Vector vector) throws ProtocolException {
        byte[] wire = vector.wire();
        Feed feed = new Feed();
        int frames = 0;
        int start = 0;
        for (int at = 0; at < wire.length; at++) {
            assertThat(feed.frames).hasSize(frames);
            feed.add(wire[at]);
            if (feed.isEmpty()) {
                assertThat(at + 1 - start)
                        .isEqualTo(HttpdCodec.sizeOf(ByteBuffer.wrap(wire, start, wire.length - start)));
                start = at + 1;
                frames++;
            }
        }
        assertThat(frames).isEqualTo(vector.parts().size());
    }

    @ParameterizedTest
    @MethodSource("invalidOfHttpd")
    void shouldNameTheError(Vector vector) {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> new Feed().add(vector.wire()))
                .satisfies(thrown -> assertThat(thrown.code().name()).isEqualTo(vector.error()));
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> {
                    Feed feed = new Feed();
                    for (byte b : vector.wire()) {
                        feed.add(b);
                    }
                })
                .satisfies(thrown -> assertThat(thrown.code().name()).isEqualTo(vector.error()));
    }

    @ParameterizedTest
    @MethodSource("ofDaemon")
    void shouldEncodeWhatADaemonSends(Vector vector) throws ProtocolException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Part part : vector.parts()) {
            Frame frame = frame(part);
            ByteBuffer buffer = ByteBuffer.allocate(Encoder.sizeOf(frame) + 3).position(3);
            Encoder.encode(frame, buffer);
            out.write(buffer.array(), 3, buffer.position() - 3);
        }
        if (vector.canonical()) {
            assertThat(out.toByteArray()).isEqualTo(vector.wire());
        } else {
            assertThat(out.toByteArray()).isNotEqualTo(vector.wire());
        }
    }

    @ParameterizedTest
    @MethodSource("ofHttpd")
    void shouldHaveATestClientThatEncodesAsHttpdDoes(Vector vector) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Part part : vector.parts()) {
            out.writeBytes(httpdFrame(part));
        }
        if (vector.canonical()) {
            assertThat(out.toByteArray()).isEqualTo(vector.wire());
        } else {
            assertThat(out.toByteArray()).isNotEqualTo(vector.wire());
        }
    }

    /** Bytes as they come, and the frames that they made. */
    private static final class Feed {
        private final ByteBuffer bytes =
                ByteBuffer.allocate(2 * Constants.MAX_REQUEST).flip();
        private final List<Frame> frames = new ArrayList<>();
        private @Nullable FrameHeader header;

        void add(byte... more) throws ProtocolException {
            bytes.compact().put(more).flip();
            while (header != null || bytes.remaining() >= Constants.HEADER_SIZE) {
                if (header == null) {
                    header = FrameHeader.decode(bytes);
                }
                if (bytes.remaining() < header.length()) {
                    return;
                }
                byte[] payload = new byte[header.length()];
                bytes.get(payload);
                frames.add(Decoder.decode(header, payload));
                header = null;
            }
        }

        boolean isEmpty() {
            return header == null && !bytes.hasRemaining();
        }
    }

    private static List<Part> describe(List<Frame> frames) throws ProtocolException {
        List<Part> parts = new ArrayList<>();
        for (Frame frame : frames) {
            parts.add(describe(frame));
        }
        return parts;
    }

    private static Part describe(Frame frame) throws ProtocolException {
        List<Line> lines = new ArrayList<>();
        if (frame instanceof Frame.Hello hello) {
            lines.add(new Line("field", "minor", Integer.toString(hello.minor())));
            lines.add(new Line("field", "settings", Integer.toString(hello.settings())));
            lines.add(new Line("field", "pid", Long.toString(hello.pid())));
            lines.add(new Line("field", "key", latin1(hello.key().bytes())));
            return new Part("HELLO", "-", hello.serial(), lines);
        } else if (frame instanceof Frame.Request request) {
            String flags = !request.hasBody()
                    ? "-"
                    : request.expectsContinue() ? "BODY+EXPECT" : request.isWhole() ? "BODY+WHOLE" : "BODY";
            describe(request.head(), lines);
            return new Part("REQUEST", flags, request.serial(), lines);
        } else if (frame instanceof Frame.Data data) {
            lines.add(new Line("data", "", latin1(data.payload())));
            return new Part("DATA", "-", data.serial(), lines);
        } else if (frame instanceof Frame.Trailers trailers) {
            trailers.fields().forEach(field -> lines.add(new Line("header", field.name(), field.value())));
            return new Part("TRAILERS", "-", trailers.serial(), lines);
        } else if (frame instanceof Frame.End end) {
            return new Part("END", end.cut() ? "CUT" : "-", end.serial(), lines);
        }
        throw new AssertionError("not httpd's: " + frame);
    }

    private static void describe(RequestHead head, List<Line> lines) throws ProtocolException {
        String length =
                head.contentLength() == Frame.LENGTH_UNKNOWN ? "-" : Long.toUnsignedString(head.contentLength());
        lines.add(new Line("field", "content-length", length));
        lines.add(new Line("field", "server-port", Integer.toString(head.serverPort())));
        lines.add(new Line("field", "client-port", Integer.toString(head.clientPort())));
        String[] names = {
            "method",
            "target",
            "script-name",
            "path-info",
            "query",
            "protocol",
            "scheme",
            "server-name",
            "server-address",
            "client-address",
            "user",
            "auth-type",
            "log-id"
        };
        assertThat(names).hasSameSizeAs(Text.values());
        int index = 0;
        for (Text text : Text.values()) {
            lines.add(new Line("field", names[index++], head.latin1(text)));
        }
        byte[] definition = head.definition(new byte[0]);
        for (Record.Entry entry : entries(definition)) {
            lines.add(new Line("record", latin1(entry.name().getBytes(StandardCharsets.UTF_8)), latin1(entry.value())));
        }
        assertThat(head.definition(definition.clone())).isEqualTo(definition);
        assertThat(head.definition(definition)).isSameAs(definition);
        head.headers((name, value) -> lines.add(new Line("header", name, value)));
        head.variables((name, value) -> lines.add(new Line("variable", name, value)));
    }

    private static List<Record.Entry> entries(byte[] definition) {
        try {
            return Record.parse(definition);
        } catch (RecordException e) {
            throw new AssertionError(e); // it was checked with the frame
        }
    }

    /** With DATA in one line, and variables in the text that is made of their bytes. */
    private static List<Part> normalized(List<Part> parts) {
        List<Part> result = new ArrayList<>();
        for (Part part : parts) {
            List<Line> lines = new ArrayList<>();
            for (Line line : part.lines()) {
                if (line.key().equals("variable")) {
                    lines.add(new Line("variable", text(line.name()), text(line.value())));
                } else if (!line.key().equals("data")) {
                    lines.add(line);
                }
            }
            if (part.type().equals("DATA")) {
                lines.add(new Line("data", "", latin1(part.data())));
            }
            result.add(new Part(part.type(), part.flags(), part.serial(), lines));
        }
        return result;
    }

    private static String text(String latin1) {
        byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
        try {
            CharBuffer utf8 = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return utf8.toString();
        } catch (CharacterCodingException e) {
            return latin1;
        }
    }

    private static Frame frame(Part part) {
        int serial = part.serial();
        return switch (part.type()) {
            case "WELCOME" -> new Frame.Welcome((int) part.number("minor"), part.number("pid"));
            case "RESPONSE" -> {
                List<Frame.Field> fields = fields(part);
                if (part.has("FILE")) {
                    yield new Frame.FileResponse(
                            serial,
                            (int) part.number("status"),
                            part.number("content-length"),
                            part.number("offset"),
                            fields);
                }
                long length = part.field("content-length").equals("-")
                        ? -1
                        : Long.parseUnsignedLong(part.field("content-length"));
                yield new Frame.Response(
                        serial, part.has("BODY"), part.has("FLUSH"), (int) part.number("status"), length, fields);
            }
            case "INFORM" -> new Frame.Inform(serial, (int) part.number("status"), fields(part));
            case "UPGRADED" -> new Frame.Upgraded(serial, fields(part));
            case "TRAILERS" -> new Frame.Trailers(serial, fields(part));
            case "PLACE" -> new Frame.Place(serial, part.has("HELD"));
            case "LOG" -> new Frame.Log(serial, (int) part.number("level"), text(part.field("message")));
            case "DATA" -> new Frame.Data(serial, part.has("FLUSH"), part.data());
            case "END" -> new Frame.End(serial, false);
            case "CREDIT" -> new Frame.Credit(serial, part.number("credit"));
            case "REFUSED" -> new Frame.Refused(serial, HttpdCodec.reason((int) part.number("reason")));
            case "FAILED" -> new Frame.Failed(serial, (int) part.number("status"), text(part.field("message")));
            case "ABORT" -> new Frame.Abort(serial, text(part.field("message")));
            default -> throw new AssertionError(part.type());
        };
    }

    private static List<Frame.Field> fields(Part part) {
        return part.lines("header").stream()
                .map(line -> new Frame.Field(line.name(), line.value()))
                .collect(Collectors.toList());
    }

    private static byte[] httpdFrame(Part part) {
        return switch (part.type()) {
            case "TRAILERS" ->
                HttpdCodec.trailers(
                        part.serial(),
                        part.lines("header").stream()
                                .flatMap(line -> Stream.of(line.name(), line.value()))
                                .collect(Collectors.toList()));
            case "HELLO" ->
                HttpdCodec.hello(
                        (int) part.number("settings"),
                        part.number("pid"),
                        part.field("key").getBytes(StandardCharsets.ISO_8859_1));
            case "DATA" -> HttpdCodec.data(part.serial(), part.data());
            case "END" -> HttpdCodec.end(part.serial(), part.has("CUT"));
            case "REQUEST" -> {
                HttpdCodec.RequestBuilder request = new HttpdCodec.RequestBuilder();
                List<Line> fields = part.lines("field");
                fields.subList(3, fields.size()).forEach(line -> request.with(line.name(), line.value()));
                part.lines("record").forEach(line -> request.withDefinition(line.name(), line.value()));
                part.lines("header").forEach(line -> request.withHeader(line.name(), line.value()));
                part.lines("variable").forEach(line -> request.withVariable(line.name(), line.value()));
                request.withPorts((int) part.number("server-port"), (int) part.number("client-port"));
                if (part.has("BODY")) {
                    request.withBody(
                            Long.parseUnsignedLong(part.field("content-length").replace("-", "18446744073709551615")));
                }
                if (part.has("WHOLE")) {
                    request.whole();
                }
                if (part.has("EXPECT")) {
                    request.expectingContinue();
                }
                yield request.encode(part.serial());
            }
            default -> throw new AssertionError(part.type());
        };
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
