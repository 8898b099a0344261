// Reads an upload as it comes and computes its checksum: a file of any length takes a few kilobytes
// of memory.
// Try it with: curl -T FILE http://127.0.0.1:8080/upload
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import modjvm.*;

public class Upload {
    static Response application(Request request) throws Exception {
        if (!Set.of("POST", "PUT").contains(request.method())) {
            return Response.text("Send a file: curl -T FILE " + request.scheme() + "://"
                            + request.headers().first("Host").orElse("127.0.0.1") + request.scriptName() + "\n")
                    .withStatus(405)
                    .withHeader("Allow", "POST, PUT");
        }
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        long length = 0;
        try (InputStream body = new DigestInputStream(request.body(), sha256)) {
            byte[] buffer = new byte[16384];
            for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                length += count;
            }
        }
        return Response.text(HexFormat.of().formatHex(sha256.digest()) + "  " + length + " bytes\n");
    }
}
