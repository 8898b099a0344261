package modjvm;

import static modjvm.WebSocketWire.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What RFC 6455 asks of the frames of a client. */
class WebSocketProtocolTest {
    private static final byte[] START = frame(0x01, "Hel");

    /** What a client may not send, and how the WebSocket is closed then. */
    static List<Arguments> violations() {
        List<Arguments> all = new ArrayList<>();
        violation(all, "no mask", hex("81 05 48656c6c6f"), "1002 a frame without a mask");
        violation(all, "the first reserved bit", frame(0xc1, "x"), "1002 a frame with a reserved bit");
        violation(all, "the second reserved bit", frame(0xa1, "x"), "1002 a frame with a reserved bit");
        violation(all, "the third reserved bit", frame(0x91, "x"), "1002 a frame with a reserved bit");
        violation(all, "a reserved bit of a Ping", frame(0xc9, "x"), "1002 a frame with a reserved bit");
        for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
            violation(
                    all,
                    "the opcode " + opcode,
                    frame(0x80 | opcode, "x"),
                    "1002 a frame of the unknown kind " + opcode);
        }
        violation(all, "a Close in fragments", frame(0x08), "1002 a control frame in fragments");
        violation(all, "a Ping in fragments", frame(0x09, "x"), "1002 a control frame in fragments");
        violation(all, "a Pong in fragments", frame(0x0a, "x"), "1002 a control frame in fragments");
        violation(all, "a Ping of 126 bytes", frame(0x89, new byte[126]), "1002 too long a control frame");
        violation(all, "a Close of 126 bytes", frame(0x88, new byte[126]), "1002 too long a control frame");
        violation(
                all,
                "a Pong with 64 bits of length",
                hex("8a ff 0000000000000001 00000000 01"),
                "1002 too long a control frame");
        violation(all, "a continuation at first", frame(0x80, "x"), "1002 a continuation of no message");
        violation(all, "a fragment at first", frame(0x00, "x"), "1002 a continuation of no message");
        violation(
                all,
                "a continuation after the end",
                all(START, frame(0x80, "lo"), frame(0x80, "x")),
                "1002 a continuation of no message");
        violation(all, "a text within a text", all(START, text("x")), "1002 a message within another");
        violation(all, "bytes within a text", all(START, frame(0x02, "x")), "1002 a message within another");
        violation(
                all,
                "the highest bit of a length",
                hex("82 ff 8000000000000000 00000000"),
                "1002 a frame length of more than 63 bits");
        violation(all, "an incomplete close code", frame(0x88, (byte) 3), "1002 an incomplete close code");
        for (int code : new int[] {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
            byte[] payload = {(byte) (code >> 8), (byte) code};
            violation(all, "the close code " + code, frame(0x88, payload), "1002 the close code " + code);
        }
        violation(all, "a reason that is not UTF-8", frame(0x88, hex("03e8 ff")), "1007 a text that is not UTF-8");
        for (String text : new String[] {"ff", "c0af", "eda080", "f4908080", "48c3", "80", "efbfbd ff"}) {
            violation(all, "the text " + text, frame(0x81, hex(text)), "1007 a text that is not UTF-8");
        }
        violation(
                all,
                "a text that goes wrong in its second fragment",
                all(frame(0x01, hex("ce")), frame(0x80, hex("48"))),
                "1007 a text that is not UTF-8");
        violation(all, "a long message", frame(0x82, new byte[17]), "1009 a message of more than 16 bytes");
        violation(
                all,
                "a message that grows long",
                all(frame(0x02, new byte[10]), frame(0x00, new byte[6]), frame(0x80, new byte[1])),
                "1009 a message of more than 16 bytes");
        violation(
                all,
                "the announcement of a message that no memory holds",
                hex("82 ff 7fffffffffffffff 00000000"),
                "1009 a message of more than 16 bytes");
        return all;
    }

    @ParameterizedTest
    @MethodSource("violations")
    void shouldCloseUpon(byte[] frames, String close) throws Exception {
        List<WebSocketMessage> received = new ArrayList<>();
        List<String> sent = converse(
                new ByteArrayInputStream(all(text("before"), frames, text("after"))),
                WebSocketOptions.defaults().withMaxMessageBytes(16),
                socket -> {
                    for (var message = socket.receive(); message.isPresent(); message = socket.receive()) {
                        received.add(message.get());
                    }
                    assertThat(socket.receive()).isEmpty();
                    assertThat(socket.closeCode().orElseThrow() + " " + socket.closeReason())
                            .isEqualTo(close);
                });

        assertThat(sent).containsExactly("close " + close);
        assertThat(received)
                .startsWith(new WebSocketMessage.Text("before"))
                .doesNotContain(new WebSocketMessage.Text("after"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 3999, 4000, 4999})
    void shouldAnswerACloseWithItsCode(int code) throws Exception {
        List<String> sent = converse(close(code, "gr\u00fcn"), socket -> {
            assertThat(socket.closeCode()).isEmpty();
            assertThat(socket.receive()).isEmpty();
            assertThat(socket.closeCode()).hasValue(code);
            assertThat(socket.closeReason()).isEqualTo("gr\u00fcn");
        });

        assertThat(sent).containsExactly("close " + code);
    }

    @Test
    void shouldAnswerACloseWithoutACode() throws Exception {
        List<String> sent = converse(frame(0x88), socket -> {
            assertThat(socket.receive()).isEmpty();
            assertThat(socket.closeCode()).hasValue(1005);
        });

        assertThat(sent).containsExactly("close");
    }

    @Test
    void shouldTakeAReasonOf123Bytes() throws Exception {
        String reason = "x".repeat(123);

        converse(close(1000, reason), socket -> {
            assertThat(socket.receive()).isEmpty();
            assertThat(socket.closeReason()).isEqualTo(reason);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "81", "8183", "818337fa213d", "818337fa213d7f", "0180000000", "81fe00"})
    void shouldReportAnEndWithoutAClose(String begun) throws Exception {
        List<String> sent = converse(hex(begun), socket -> {
            assertThat(socket.receive()).isEmpty();
            assertThat(socket.closeCode()).hasValue(1006);
        });

        assertThat(sent).isEmpty();
    }

    @Test
    void shouldAnswerPingsAlsoBetweenFragmentsAndDropPongs() throws Exception {
        byte[] client = all(
                frame(0x89),
                START,
                frame(0x89, hex("0102")),
                frame(0x8a, "nobody asked"),
                frame(0x00),
                frame(0x89, new byte[125]),
                frame(0x80, "lo"),
                close(1000, ""));
        List<String> sent = converse(client, socket -> {
            assertThat(socket.receive()).contains(new WebSocketMessage.Text("Hello"));
            socket.send("got it");
            assertThat(socket.receive()).isEmpty();
        });

        assertThat(sent).containsExactly("pong", "pong 0102", "pong " + "00".repeat(125), "text got it", "close 1000");
    }

    @Test
    void shouldAcceptACloseBetweenFragments() throws Exception {
        List<String> sent = converse(
                all(START, close(1001, "")),
                socket -> assertThat(socket.receive()).isEmpty());

        assertThat(sent).containsExactly("close 1001");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Gr\u00fc\u00dfe",
                "\ud83d\ude00 \u03ba\u03cc\u03c3\u03bc\u03b5",
                "a \ufffd that was sent",
                "\0"
            })
    void shouldReceiveText(String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[][] each = new byte[bytes.length + 2][];
        each[0] = frame(0x01);
        for (int i = 0; i < bytes.length; i++) {
            each[i + 1] = frame(0x00, bytes[i]);
        }
        each[bytes.length + 1] = frame(0x80);

        converse(all(text(text), all(each)), socket -> {
            assertThat(socket.receive()).contains(new WebSocketMessage.Text(text));
            assertThat(socket.receive()).contains(new WebSocketMessage.Text(text));
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 127, 65535, 65536, 65537, 200_003, 1024 * 1024})
    void shouldReceiveAndSendBytesOfAnyLength(int length) throws Exception {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);

        List<String> sent = converse(frame(0x82, bytes), socket -> {
            Optional<WebSocketMessage> message = socket.receive();
            assertThat(((WebSocketMessage.Binary) message.orElseThrow()).bytes())
                    .isEqualTo(bytes);
            socket.send(bytes);
        });

        assertThat(sent).containsExactly(("binary " + HexFormat.of().formatHex(bytes)).strip(), "close 1000");
    }

    /** In far less time than it would take to copy the message for each of its fragments. */
    @Test
    @Timeout(30)
    void shouldReceiveAMessageOfManyFragments() throws Exception {
        byte[][] fragments = new byte[1_000_000][];
        Arrays.fill(fragments, frame(0x00, "x"));
        fragments[0] = frame(0x01, "x");
        fragments[fragments.length - 1] = frame(0x80, "x");

        converse(
                all(fragments),
                socket ->
                        assertThat(socket.receive()).contains(new WebSocketMessage.Text("x".repeat(fragments.length))));
    }

    @Test
    void shouldTakeALengthThatIsLongerThanItNeedBe() throws Exception {
        converse(hex("81 fe 0001 00000000 61 81 ff 0000000000000001 00000000 62"), socket -> {
            assertThat(socket.receive()).contains(new WebSocketMessage.Text("a"));
            assertThat(socket.receive()).contains(new WebSocketMessage.Text("b"));
        });
    }

    @Test
    void shouldTakeOffAnyMask() {
        Random random = new Random(1);
        for (int length = 0; length < 40; length++) {
            byte[] bytes = new byte[length + 3];
            random.nextBytes(bytes);
            int mask = random.nextInt();
            byte[] expected = bytes.clone();
            for (int i = 0; i < length; i++) {
                expected[i + 3] ^= (byte) (mask >>> 24 - 8 * (i % 4));
            }

            WebSocketMask.apply(mask, bytes, 3, length);

            assertThat(bytes).isEqualTo(expected);
        }
    }

    private static void violation(List<Arguments> all, String what, byte[] frames, String close) {
        all.add(Arguments.of(Named.of(what, frames), close));
    }
}
