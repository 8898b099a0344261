package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerTest {
    private static final long OTHER = 4711;
    private static final String GOOD = "class Hello { static Application application = r -> Response.text(\"ok\"); }";

    @TempDir
    Path folder;

    private Workbench bench;

    @BeforeEach
    void makeBench() {
        bench = new Workbench(folder);
    }

    private static long id(Path path, String what) throws Exception {
        return Integer.toUnsignedLong((Integer) Files.getAttribute(path, "unix:" + what));
    }

    private Mounts mounts(long uid, long gid) {
        return new Mounts(
                Workbench.own(),
                PoolProcess.BARE,
                List.of(),
                new Owner(uid, gid),
                Workbench.EVERYTHING,
                new Watch(List.of()),
                bench.nothingKept(),
                bench.log);
    }

    @Test
    void shouldTakeWhatBelongsToWhomItMust() throws Exception {
        Path target = bench.source("Hello.java", GOOD);
        byte[] definition = Workbench.definition(target, "application");

        assertThat(Workbench.ask(Workbench.find(mounts(id(target, "uid"), id(target, "gid")), definition)))
                .isEqualTo("ok");
    }

    /** A source that does not compile: nobody has looked into it. */
    @Test
    void shouldRefuseAFileOfAnotherUser() throws Exception {
        Path target = bench.source("Hello.java", "class Hello {");
        long uid = id(target, "uid");

        assertThat(Workbench.failure(mounts(OTHER, Owner.ANYBODY), Workbench.definition(target, "application")))
                .hasMessage(target.toRealPath() + ": its owner is " + Files.getOwner(target) + " (" + uid
                        + "), and script-user= says " + OTHER + "; if it may be trusted: chown " + OTHER + " "
                        + target.toRealPath());
    }

    @Test
    void shouldRefuseAFileOfAnotherGroup() throws Exception {
        Path target = bench.source("Hello.java", GOOD);

        assertThat(Workbench.failure(mounts(id(target, "uid"), OTHER), Workbench.definition(target, "application")))
                .hasMessageContaining(": its group is ")
                .hasMessageContaining("script-group= says " + OTHER)
                .hasMessageEndingWith("chgrp " + OTHER + " " + target.toRealPath());
    }

    @Test
    void shouldLookThroughLinksAndAtFoldersThemselves() throws Exception {
        Path classes = bench.classes("classes", GOOD);
        Path link = Files.createSymbolicLink(folder.resolve("current"), classes);

        assertThat(Workbench.failure(mounts(OTHER, Owner.ANYBODY), Workbench.definition(link, "application")))
                .hasMessageStartingWith(classes.toRealPath() + ": its owner is ");
    }

    @Test
    void shouldSayThatATargetIsMissingRatherThanNotOwned() throws Exception {
        byte[] definition = Workbench.definition(bench.path("Missing.java"), "application");
        Mounts mounts = mounts(OTHER, OTHER);
        mounts.preload(List.of(definition), 1);

        assertThat(Workbench.failure(mounts, definition)).hasMessageContaining("no such file or folder");
    }
}
