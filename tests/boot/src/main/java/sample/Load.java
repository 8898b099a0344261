package sample;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The workloads of tests/bench. */
@RestController
@RequestMapping(produces = MediaType.TEXT_PLAIN_VALUE)
public class Load {
    private static final byte[] HELLO = "Hello, world\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MEMORY = new byte[102_400];

    static {
        Arrays.fill(MEMORY, (byte) 'x');
    }

    @GetMapping("/hello")
    public byte[] hello() {
        return HELLO;
    }

    @GetMapping("/memory")
    public byte[] memory() {
        return MEMORY;
    }

    @PostMapping("/length")
    public byte[] length(InputStream body) throws IOException {
        long length = body.transferTo(OutputStream.nullOutputStream());
        return (length + "\n").getBytes(StandardCharsets.US_ASCII);
    }
}
