package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as a change, and when it is told. */
class WatchTest {
    private static final String GOOD =
            "class Hello { static Application application = r -> Response.text(\"mended\"); }";
    private static final String OTHER =
            "class Hello { static Application application = r -> Response.text(\"something else\"); }";
    private static final String BAD = "class Hello {";

    @TempDir
    Path folder;

    private final List<Path> changed = new ArrayList<>();
    private Workbench bench;
    private Watch watch;
    private Mounts mounts;

    @BeforeEach
    void makeMounts() throws Exception {
        bench = new Workbench(folder);
        Path library = Files.createDirectories(folder.resolve("lib"));
        watch = new Watch(List.of(library));
        mounts = new Mounts(
                Workbench.own(),
                PoolProcess.BARE,
                List.of(library),
                Workbench.ANYBODY,
                Workbench.EVERYTHING,
                watch,
                bench.nothingKept(),
                bench.log);
    }

    private boolean look() {
        return watch.look((path, fingerprint) -> changed.add(path));
    }

    private void lookTwice() {
        look();
        look();
    }

    @Test
    void shouldTellOfAChangeOnceAndOfTheNextAgain() throws Exception {
        Path target = bench.source("Hello.java", GOOD);
        mounts.preload(List.of(Workbench.definition(target, "application")), 1);
        assertThat(look()).isFalse();

        bench.source("Hello.java", OTHER);
        assertThat(look()).isTrue();
        assertThat(changed).isEmpty();
        assertThat(look()).isFalse();
        assertThat(changed).containsExactly(target);
        lookTwice();
        assertThat(changed).containsExactly(target);

        bench.source("Hello.java", GOOD);
        lookTwice();
        assertThat(changed).containsExactly(target, target);
    }

    @Test
    void shouldWaitUntilCopyingHasEnded() throws Exception {
        Path target = bench.source("Hello.java", GOOD);
        mounts.preload(List.of(Workbench.definition(target, "application")), 1);

        for (int i = 0; i < 3; i++) {
            Files.writeString(target, "// more\n", java.nio.file.StandardOpenOption.APPEND);
            assertThat(look()).isTrue();
        }
        assertThat(changed).isEmpty();
        assertThat(look()).isFalse();
        assertThat(changed).containsExactly(target);
    }

    /** It may have changed while the pool was loading. */
    @Test
    void shouldCompareWithWhatWasThereBeforeLoading() throws Exception {
        Path target = bench.path("Hello.java");
        bench.source(
                "Hello.java",
                "class Hello { static Application application(Config c) throws Exception {",
                "java.nio.file.Files.writeString(java.nio.file.Path.of(\"" + target + "\"), \"changed\");",
                "return r -> null; } }");
        mounts.preload(List.of(Workbench.definition(target, "application")), 1);

        lookTwice();
        assertThat(changed).containsExactly(target);
    }

    /** The other processes of the pool must take it too. */
    @Test
    void shouldTellOfWhatWasMendedAndTakenAtOnce() throws Exception {
        Path target = bench.source("Hello.java", BAD);
        byte[] definition = Workbench.definition(target, "application");
        assertThat(mounts.preload(List.of(definition), 1)).containsExactly(definition);

        bench.source("Hello.java", GOOD);
        assertThat(Workbench.ask(Workbench.find(mounts, definition))).isEqualTo("mended");
        lookTwice();
        assertThat(changed).containsExactly(target);
    }

    @Test
    void shouldWatchWhatARequestHasBrought() throws Exception {
        Path target = bench.source("Hello.java", GOOD);
        Workbench.find(mounts, Workbench.definition(target, "application"));

        bench.source("Hello.java", OTHER);
        lookTwice();
        assertThat(changed).containsExactly(target);
    }

    @Test
    void shouldTellThatWhatARequestHasBroughtIsGone() throws Exception {
        Path target = bench.source("Hello.java", GOOD);
        Workbench.find(mounts, Workbench.definition(target, "application"));

        Files.delete(target);
        lookTwice();
        assertThat(changed).containsExactly(target);
    }

    @Test
    void shouldForgetWhatNeverWorkedAndIsGone() throws Exception {
        Path target = bench.source("Hello.java", BAD);
        byte[] definition = Workbench.definition(target, "application");
        Workbench.failure(mounts, definition);

        Files.delete(target);
        assertThat(Workbench.failure(mounts, definition).status()).isEqualTo(404);
        lookTwice();
        bench.source("Hello.java", GOOD);
        assertThat(look()).isFalse();
        assertThat(changed).isEmpty();
    }

    /** Nothing could replace what runs. */
    @Test
    void shouldWaitForWhatTheSettingsNameToComeBack() throws Exception {
        Path target = bench.source("Hello.java", GOOD);
        mounts.preload(List.of(Workbench.definition(target, "application")), 1);

        Files.delete(target);
        assertThat(look()).isFalse();
        lookTwice();
        assertThat(changed).isEmpty();
        bench.source("Hello.java", OTHER);
        lookTwice();
        assertThat(changed).containsExactly(target);
    }

    @Test
    void shouldWatchTheClassPathWithTheFirstTarget() throws Exception {
        Path target = bench.source("Hello.java", GOOD);
        mounts.preload(List.of(Workbench.definition(target, "application")), 1);

        Path added = Files.createFile(folder.resolve("lib/added.txt"));
        lookTwice();
        assertThat(changed).containsExactly(added.getParent());
    }

    @Test
    void shouldWatchNothingThatIsNotToBeReloaded() throws Exception {
        AtomicInteger filled = new AtomicInteger();
        watch.whenFilled(filled::incrementAndGet);
        Path target = bench.source("Hello.java", GOOD);
        byte[] definition = new modjvm.record.Record.Builder()
                .add("target", target.toString())
                .add("entry-point", "application")
                .add("group", "")
                .add("reload", "off")
                .bytes();
        mounts.preload(List.of(definition), 1);

        bench.source("Hello.java", OTHER);
        Files.createFile(folder.resolve("lib/added.txt"));
        lookTwice();
        assertThat(changed).isEmpty();
        assertThat(filled).hasValue(0);
    }

    @Test
    void shouldWatchAMarker() throws Exception {
        Path marker = folder.resolve("marker");
        watch.addFile(marker);
        lookTwice();
        assertThat(changed).isEmpty();
        Files.createFile(marker);
        lookTwice();
        assertThat(changed).containsExactly(marker);
        Files.delete(marker);
        lookTwice();
        assertThat(changed).containsExactly(marker);
    }

    @Test
    void shouldSayWhenThereIsSomethingToWatch() throws Exception {
        AtomicInteger filled = new AtomicInteger();
        watch.whenFilled(filled::incrementAndGet);
        assertThat(filled).hasValue(0);
        Workbench.find(mounts, Workbench.definition(bench.source("Hello.java", GOOD), "application"));
        assertThat(filled).hasValue(1);
        watch.addFile(folder.resolve("marker"));
        assertThat(filled).hasValue(1);
        watch.whenFilled(filled::incrementAndGet);
        assertThat(filled).hasValue(2);
    }

    @Test
    void shouldWatchWhatTheManifestOfAJarNames() throws Exception {
        Path library = bench.jar("libs/two words.jar", "", bench.classes("lib", "class Shelf { }"));
        Path app = bench.classes("app", GOOD);
        Path middle = bench.jar("libs/middle.jar", "", bench.classes("middle", "class Middle { }"), "two%20words.jar");
        Path jar = bench.jar("app.jar", "", app, "libs/middle.jar missing.jar http://nowhere.test/x.jar libs/");
        mounts.preload(List.of(Workbench.definition(jar, "application")), 1);
        assertThat(look()).isFalse();

        Files.writeString(library, "another version");
        lookTwice();
        assertThat(changed).containsExactlyInAnyOrder(library, folder.resolve("libs"));

        changed.clear();
        Files.writeString(folder.resolve("missing.jar"), "there now");
        lookTwice();
        assertThat(changed).containsExactly(folder.resolve("missing.jar"));
        assertThat(middle).exists();
    }
}
