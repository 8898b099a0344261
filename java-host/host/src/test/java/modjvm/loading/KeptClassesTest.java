package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeptClassesTest {
    /** What no compiler makes: found again, it was not compiled again. */
    private static final Map<String, byte[]> MARKED = Map.of("Hello", new byte[] {42});

    @TempDir
    Path folder;

    private Workbench bench;
    private Path state;
    private Path source;
    private KeptClasses kept;

    @BeforeEach
    void make() throws IOException {
        bench = new Workbench(folder);
        state = Files.createDirectory(
                folder.resolve("state"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        source = bench.source("Hello.java", "class Hello { static final Application application = null; }");
        kept = new KeptClasses(Optional.of(state), () -> {}, bench.log);
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(state)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }

    private SourceCompiler compiler(Path... classPath) {
        return new SourceCompiler(List.of(classPath), kept);
    }

    /** Puts the marked classes in the place of those that were compiled. */
    private void mark(Path... classPath) throws Exception {
        SourceCompiler compiler = compiler(classPath);
        kept.keep(source, SourceCompiler.read(source), SourceCompiler.circumstances(compiler.path(List.of())), MARKED);
    }

    private boolean isCompiled(Path... classPath) throws Exception {
        return compiler(classPath).compile(source, List.of()).get("Hello").length > 1;
    }

    @Test
    void shouldGiveBackWhatWasCompiled() throws Exception {
        Map<String, byte[]> compiled = compiler().compile(source, List.of());

        Optional<Map<String, byte[]>> found = Optional.of(compiler().compile(source, List.of()));

        assertThat(found.get().keySet()).containsExactlyElementsOf(compiled.keySet());
        assertThat(found.get().get("Hello")).isEqualTo(compiled.get("Hello"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(onlyFile())))
                .isEqualTo("rw-------");
        assertThat(bench.logged()).isEmpty();
    }

    @Test
    void shouldNotCompileTwice() throws Exception {
        mark();

        assertThat(isCompiled()).isFalse();
    }

    @Test
    void shouldWaitForOthersThatMayKeepIt() throws Exception {
        KeptClasses ours = new KeptClasses(
                Optional.of(state),
                () -> {
                    try {
                        mark();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                bench.log);

        Map<String, byte[]> classes = new SourceCompiler(List.of(), ours).compile(source, List.of());

        assertThat(classes.get("Hello")).isEqualTo(MARKED.get("Hello"));
    }

    @Test
    void shouldCompileAheadWhatCompilesAndRunNothing() throws Exception {
        Path broken = bench.source("Broken.java", "class Broken { missing }");
        Path last = bench.source("Last.java", "class Last { static { System.exit(1); } }");

        CompiledAhead.keep(
                List.of(
                        Workbench.definition(broken, "application"),
                        Workbench.definition(last, "application", "of its own"),
                        new byte[] {1}),
                List.of(),
                kept,
                2);

        onlyFile();
        assertThat(kept.find(
                        last,
                        SourceCompiler.read(last),
                        SourceCompiler.circumstances(compiler().path(List.of()))))
                .hasValueSatisfying(classes -> assertThat(classes).containsOnlyKeys("Last"));
    }

    /** The loads would otherwise compile it again. */
    @Test
    void shouldCompileAheadAsAGroupIsLoaded() throws Exception {
        Path library =
                bench.classes("library", "public class Library { public static String name() { return \"it\"; } }");
        Path user = bench.source(
                "User.java", "class User { static Application application = r -> Response.text(Library.name()); }");
        byte[] definition = Workbench.definition(user, "application", "shared");
        List<byte[]> all = List.of(
                Workbench.definition(bench.classes("other", "class Other {}"), "application", "another"),
                definition,
                Workbench.definition(bench.jar("library.jar", "", library), "application", "shared"),
                Workbench.definition(bench.classes("more", "class More {}"), "application", "shared"));
        CompiledAhead.keep(all, List.of(), kept, 2);
        Object compiledAhead = Files.getAttribute(onlyFile(), "unix:ino");

        Mounts mounts = new Mounts(
                Workbench.own(),
                PoolProcess.BARE,
                List.of(),
                Workbench.ANYBODY,
                Workbench.EVERYTHING,
                new Watch(List.of()),
                kept,
                bench.log);
        mounts.preload(all, 2);

        assertThat(Workbench.ask(Workbench.find(mounts, definition))).isEqualTo("it");
        assertThat(Files.getAttribute(onlyFile(), "unix:ino")).isEqualTo(compiledAhead);
    }

    @Test
    void shouldNoteThatAFileIsInUse() throws Exception {
        mark();
        Files.setLastModifiedTime(onlyFile(), FileTime.fromMillis(1));

        assertThat(isCompiled()).isFalse();
        assertThat(Files.getLastModifiedTime(onlyFile())).isGreaterThan(FileTime.fromMillis(1_000_000));
    }

    @Test
    void shouldCompileAnEditedSourceAndForgetTheFormer() throws Exception {
        mark();
        String text = Files.readString(source);
        Files.writeString(source, text + "// edited");

        assertThat(isCompiled()).isTrue();
        Files.writeString(source, text);
        assertThat(isCompiled()).isTrue();
        onlyFile();
    }

    @Test
    void shouldCompileAgainWhenTheClassPathChanges() throws Exception {
        Path library = bench.jar("library.jar", "", bench.classes("library", "public class Library {}"));
        mark(library);
        assertThat(isCompiled(library)).isFalse();

        bench.jar("library.jar", "", bench.classes("library", "public class Library { int changed; }"));
        assertThat(isCompiled(library)).isTrue();
        mark(library);
        assertThat(isCompiled()).isTrue();
    }

    @Test
    void shouldNotKeepWhatDoesNotCompile() throws Exception {
        bench.write("Hello.java", "class Hello {");

        assertThat(Workbench.failure(
                                new Mounts(
                                        Workbench.own(),
                                        PoolProcess.BARE,
                                        List.of(),
                                        Workbench.ANYBODY,
                                        Workbench.EVERYTHING,
                                        new Watch(List.of()),
                                        kept,
                                        bench.log),
                                Workbench.definition(source, "application"))
                        .getMessage())
                .startsWith(source + ":1: ");
        assertThat(state).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "empty", "changed", "longer", "noise"})
    void shouldIgnoreABrokenFile(String how) throws Exception {
        mark();
        Path file = onlyFile();
        byte[] bytes = Files.readAllBytes(file);
        switch (how) {
            case "cut" -> Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
            case "empty" -> Files.write(file, new byte[0]);
            case "longer" -> Files.write(file, new byte[7], StandardOpenOption.APPEND);
            case "noise" -> Files.write(file, new byte[5000]);
            default -> {
                bytes[bytes.length - 6] ^= 1;
                Files.write(file, bytes);
            }
        }

        assertThat(isCompiled()).isTrue();
        assertThat(bench.logged())
                .isEqualTo("state: " + file + " is ignored: java.io.IOException: it is broken; " + source
                        + " is compiled anew" + System.lineSeparator());
        assertThat(Files.readAllBytes(onlyFile())).hasSizeGreaterThan(bytes.length);
    }

    @Test
    void shouldIgnoreWhatOthersCanWrite() throws Exception {
        mark();
        Files.setPosixFilePermissions(onlyFile(), PosixFilePermissions.fromString("rw-rw----"));

        assertThat(isCompiled()).isTrue();
        assertThat(bench.logged()).contains(" is ignored: java.io.IOException: others can write to it; ");
        assertThat(isCompiled()).isTrue();
        assertThat(bench.logged().lines()).hasSize(1);
    }

    @Test
    void shouldFollowNoLink() throws Exception {
        mark();
        Path file = onlyFile();
        Files.move(file, folder.resolve("elsewhere"));
        Files.createSymbolicLink(file, folder.resolve("elsewhere"));

        assertThat(isCompiled()).isTrue();
        assertThat(bench.logged()).contains(" is ignored: java.io.IOException: it is not a regular file; ");
        assertThat(file).isRegularFile();
    }

    @Test
    void shouldSayWhereItCannotKeep() throws Exception {
        Files.delete(state);

        assertThat(isCompiled()).isTrue();
        assertThat(bench.logged())
                .startsWith("state: the classes of " + source + " cannot be kept: ")
                .hasLineCount(1);
    }

    @Test
    void shouldBeKeptByManyAtOnce() throws Exception {
        String text = SourceCompiler.read(source);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                for (int n = 0; n < 200; n++) {
                    kept.keep(source, text, "", MARKED);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        onlyFile();
        assertThat(bench.logged()).isEmpty();
    }

    @Test
    void shouldKeepSoManyAndNoMore() throws Exception {
        Path oldest = state.resolve("classes-00000000.1");
        for (int i = 0; i < KeptClasses.MAX_FILES; i++) {
            Path file = Files.createFile(state.resolve("classes-old" + i));
            Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000L + i));
        }
        Files.createFile(oldest);
        Files.setLastModifiedTime(oldest, FileTime.fromMillis(1));

        kept.keep(source, "", "", MARKED);

        assertThat(oldest).doesNotExist();
        assertThat(state.resolve("classes-old0")).doesNotExist();
        assertThat(state.resolve("classes-old1")).exists();
        assertThat(kept.find(source, "", "")).isPresent();
    }

    @Test
    void shouldKeepNothingWithoutAFolder() {
        KeptClasses none = new KeptClasses(Optional.empty(), () -> {}, bench.log);
        none.keep(source, "", "", MARKED);

        assertThat(none.find(source, "", "")).isEmpty();
        assertThat(bench.logged()).isEmpty();
    }
}
