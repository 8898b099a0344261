package modjvm.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/**
 * What modjvm is told on its command line. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
 */
@Command(
        name = "modjvm",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows and controls the pools of a running Apache with mod_jvm.",
        footer = {
            "",
            "root, and the user that the supervisor runs as, may do everything; the user of a pool sees and controls the pools that run as that"
                    + " user.",
            "",
            "Exit codes: 0 done, 1 refused or failed, 2 wrong usage."
        })
final class Main {
    private static final int FAILED = 1;

    private final PrintWriter out;
    private final List<Path> places;

    @Option(
            names = "--runtime-dir",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "JVMRuntimeDir of the Apache; may be left out if only one runs.")
    private @Nullable Path runtimeDir;

    Main(PrintWriter out, List<Path> places) {
        this.out = out;
        this.places = places;
    }

    /**
     * Runs the command, and ends the JVM with its exit code.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        PrintWriter out = writer(FileDescriptor.out);
        PrintWriter err = writer(FileDescriptor.err);
        int code = run(out, err, RuntimeDirectory.PLACES, args);
        out.flush();
        err.flush();
        System.exit(code);
    }

    /** UTF-8 whatever the locale: it is what the supervisor sends. */
    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8));
    }

    static int run(PrintWriter out, PrintWriter err, List<Path> places, String... args) {
        return new CommandLine(new Main(out, places))
                .setOut(out)
                .setErr(err)
                .setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF))
                .setUsageHelpAutoWidth(true)
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    if (!(exception instanceof Failure)) {
                        throw exception;
                    }
                    err.println("modjvm: " + exception.getMessage());
                    return FAILED;
                })
                .execute(args);
    }

    private ControlSocket socket() throws Failure {
        return new ControlSocket(runtimeDir != null ? runtimeDir : RuntimeDirectory.find(places));
    }

    @Command(mixinStandardHelpOptions = true, description = "Shows pools and their processes.")
    void status(
            @Parameters(arity = "0..1", paramLabel = "POOL", description = "Only this pool.") @Nullable String pool,
            @Option(names = "--json", description = "As one JSON document.") boolean json)
            throws Failure {
        StringWriter answer = new StringWriter();
        socket().ask(line("status", pool), answer);
        if (json) {
            out.print(answer);
        } else {
            StatusTable.print(answer.toString(), out);
        }
    }

    @Command(
            mixinStandardHelpOptions = true,
            description =
                    "Replaces the processes of a pool, and waits until the new ones serve. No request fails because of it.")
    void restart(
            @Parameters(paramLabel = "POOL", description = "Name of the pool.") String pool,
            @Option(names = "--no-wait", description = "Returns at once.") boolean noWait)
            throws Failure {
        socket().ask(line(noWait ? "roll" : "restart", pool), out);
    }

    @Command(
            mixinStandardHelpOptions = true,
            description =
                    "Lets the processes of a pool finish their requests, and end. The pool stays stopped until a request comes.")
    void drain(@Parameters(paramLabel = "POOL", description = "Name of the pool.") String pool) throws Failure {
        socket().ask(line("drain", pool), out);
    }

    @Command(
            mixinStandardHelpOptions = true,
            description =
                    "Prints the threads of a pool's processes; they also go to the error log of its virtual host.")
    void dump(
            @Parameters(index = "0", paramLabel = "POOL", description = "Name of the pool.") String pool,
            @Parameters(index = "1", arity = "0..1", paramLabel = "PID", description = "Only this process.") @Nullable
                    Integer pid)
            throws Failure {
        socket().ask(line("dump", pool, pid), out);
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Has missing archives of classes made, which let all pools start faster, and waits for them.")
    void train() throws Failure {
        socket().ask("train", out);
    }

    /** The words that are there, which must not look like more words or lines. */
    private static String line(String verb, @Nullable Object... words) throws Failure {
        StringBuilder line = new StringBuilder(verb);
        for (Object word : words) {
            if (word == null) {
                continue;
            }
            if (!word.toString().matches("[A-Za-z0-9._-]+")) {
                throw new Failure("there is no pool '" + word + "'");
            }
            line.append(' ').append(word);
        }
        return line.toString();
    }

    /** The version in the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"modjvm " + (version != null ? version : "(not installed)")};
        }
    }
}
