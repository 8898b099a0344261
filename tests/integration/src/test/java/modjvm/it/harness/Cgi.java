package modjvm.it.harness;

import java.nio.file.Path;

/** CGI under the same httpd: what an application of ours is compared with. */
public final class Cgi {
    /** For the main server: where mod_cgid has its socket. */
    public static final String SOCKET = "ScriptSock ${WORK}/cgid.sock\n";

    private Cgi() {}

    /**
     * Writes a script of sh that httpd can run. Another process makes the file: this one may be
     * forking, and a child that has the file open for writing would keep it from being run
     * (ETXTBSY).
     */
    public static Path script(Path file, String text) {
        Path source = Folders.write(file.resolveSibling(file.getFileName() + ".sh"), "#!/bin/sh\n" + text);
        Command.succeed("install", "-m", "755", source.toString(), file.toString());
        return file;
    }
}
