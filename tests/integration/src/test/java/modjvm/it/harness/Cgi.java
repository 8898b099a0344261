package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** CGI under the same httpd: what an application of ours is compared with. */
public final class Cgi {
    /** For the main server: where mod_cgid has its socket. */
    public static final String SOCKET = "ScriptSock ${WORK}/cgid.sock\n";

    private Cgi() {}

    /** Writes a script of sh that httpd can run. */
    public static Path script(Path file, String text) {
        try {
            Folders.write(file, "#!/bin/sh\n" + text);
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
