package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import modjvm.record.Record;
import modjvm.spi.LoadException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What requests may bring: nothing but what httpd's configuration leads to. */
class DynamicTargetsTest {
    private static final long NOBODY = 4_000_000_000L;

    @TempDir
    Path folder;

    private Path root;
    private Path app;

    @BeforeEach
    void make() throws Exception {
        folder = folder.toRealPath();
        root = Files.createDirectory(folder.resolve("root"));
        app = Files.writeString(root.resolve("App.java"), "class App {}");
    }

    private Record.Builder allowed() {
        return new Record.Builder()
                .add("target", root + "/\0")
                .add("entry-point", "application")
                .add("server", "shop:80");
    }

    private static String refusal(byte[] allowed, String target, String entryPoint, String group, String... parameters)
            throws Exception {
        Record.Builder definition = new Record.Builder()
                .add("target", target)
                .add("entry-point", entryPoint)
                .add("group", group);
        for (String parameter : parameters) {
            definition.add("param", parameter);
        }
        return DynamicTargets.parse(allowed).refusal(Definition.parse(definition.bytes()));
    }

    private String refusal(byte[] allowed, Object target) throws Exception {
        return refusal(allowed, target.toString(), "application", "shop:80|/x");
    }

    @Test
    void shouldTakeWhatLiesBelowAFolder() throws Exception {
        assertThat(refusal(allowed().bytes(), app)).isEmpty();
        assertThat(refusal(allowed().bytes(), root.resolve("missing/App.java"))).isEmpty(); // loading tells
    }

    @Test
    void shouldRefuseWhatLiesElsewhere() throws Exception {
        Path other =
                Files.writeString(Files.createDirectory(folder.resolve("root2")).resolve("App.java"), "class App {}");
        for (Object target : List.of(
                other, root, root + "/../root2/App.java", root + "/./App.java", root + "/..", "/proc/self/fd/3", "/")) {
            assertThat(refusal(allowed().bytes(), target)).contains("target-folder=");
        }
        assertThatThrownBy(() -> refusal(allowed().bytes(), app + "\0")).isInstanceOf(LoadException.class);
        assertThatThrownBy(() -> refusal(allowed().bytes(), "App.java")).isInstanceOf(LoadException.class);
    }

    @Test
    void shouldTakeNothingWhereNothingIsAllowed() throws Exception {
        assertThat(refusal(new byte[0], app)).contains("refused");
        assertThat(DynamicTargets.NONE.refusal(Definition.parse(Workbench.definition(app, "application"))))
                .contains("refused");
    }

    @Test
    void shouldRefuseWhatNoScopeHas() throws Exception {
        byte[] allowed = allowed()
                .add("entry-point", "other")
                .add("group", "g")
                .add("param", "a=1")
                .bytes();

        assertThat(refusal(allowed, app.toString(), "other", "g", "a=1")).isEmpty();
        assertThat(refusal(allowed, app.toString(), "java.lang.Runtime::exit", "g"))
                .contains("entry point");
        assertThat(refusal(allowed, app.toString(), "other", "h")).contains("application group");
        assertThat(refusal(allowed, app.toString(), "other", "shop:8080|/x")).contains("application group");
        assertThat(refusal(allowed, app.toString(), "other", "g", "a=2")).contains("parameter a");
        assertThat(refusal(allowed, app.toString(), "other", "g", "b=1")).contains("parameter b");
    }

    @Test
    void shouldTakeOptionsAsOneJvmAliasMatchHasThem() throws Exception {
        byte[] one = new Record.Builder()
                .add("context", "/etc/shop.xml")
                .add("argument", "a")
                .add("argument", "b")
                .bytes();
        byte[] other = new Record.Builder().add("argument", "c").bytes();
        byte[] allowed = allowed().add("options", one).add("options", other).bytes();

        assertThat(refusalOfOptions(allowed)).isEmpty();
        assertThat(refusalOfOptions(allowed, "mount", "/anywhere")).isEmpty();
        assertThat(refusalOfOptions(allowed, "argument", "c")).isEmpty();
        assertThat(refusalOfOptions(
                        allowed, "mount", "/a", "context", "/etc/shop.xml", "argument", "a", "argument", "b"))
                .isEmpty();
        for (String[] options : new String[][] {
            {"argument", "a"},
            {"argument", "b", "argument", "a", "context", "/etc/shop.xml"},
            {"context", "/etc/shop.xml"},
            {"context", "/tmp/x.xml", "argument", "a", "argument", "b"},
            {"argument", "c", "context", "/etc/shop.xml"},
            {"colour", "red"}
        }) {
            assertThat(refusalOfOptions(allowed, options)).contains("no JVMAliasMatch has these options");
        }
    }

    private String refusalOfOptions(byte[] allowed, String... options) throws Exception {
        Record.Builder definition = new Record.Builder()
                .add("target", app.toString())
                .add("entry-point", "application")
                .add("group", "shop:80|/x");
        for (int i = 0; i < options.length; i += 2) {
            definition.add(options[i], options[i + 1]);
        }
        return DynamicTargets.parse(allowed).refusal(Definition.parse(definition.bytes()));
    }

    @Test
    void shouldFollowLinksThatHttpdsUserCannotHavePlanted() throws Exception {
        Path release = Files.createDirectories(folder.resolve("releases/42"));
        Files.writeString(release.resolve("App.java"), "class App {}");
        Files.createSymbolicLink(root.resolve("current"), release);
        Files.createSymbolicLink(root.resolve("relative"), Path.of("../releases/./42"));
        byte[] others =
                allowed().add("uid", Long.toString(NOBODY)).add("gid", "1").bytes();
        long own = Integer.toUnsignedLong((Integer) Files.getAttribute(root, "unix:uid", LinkOption.NOFOLLOW_LINKS));
        byte[] his = allowed().add("uid", Long.toString(own)).add("gid", "1").bytes();

        assertThat(refusal(others, root.resolve("current/App.java"))).isEmpty();
        assertThat(refusal(others, root.resolve("relative/App.java"))).isEmpty();
        assertThat(refusal(his, root.resolve("current/App.java"))).contains("httpd's user");
        assertThat(refusal(his, app)).contains("httpd's user");
    }

    @Test
    void shouldRefuseWhatHttpdsUserCanWrite() throws Exception {
        long group = Integer.toUnsignedLong((Integer) Files.getAttribute(app, "unix:gid"));
        byte[] grouped = allowed()
                .add("uid", Long.toString(NOBODY))
                .add("gid", Long.toString(group))
                .bytes();

        Files.setPosixFilePermissions(app, PosixFilePermissions.fromString("rw-rw-r--"));
        assertThat(refusal(grouped, app)).contains(app + " belongs to httpd's user");
        Files.setPosixFilePermissions(app, PosixFilePermissions.fromString("rw-r--rw-"));
        assertThat(refusal(
                        allowed()
                                .add("uid", Long.toString(NOBODY))
                                .add("gid", "1")
                                .bytes(),
                        app))
                .contains("httpd's user");
    }

    @Test
    void shouldNotRunInCircles() throws Exception {
        Files.createSymbolicLink(root.resolve("circle"), root.resolve("circle"));
        byte[] allowed =
                allowed().add("uid", Long.toString(NOBODY)).add("gid", "1").bytes();

        assertThat(refusal(allowed, root.resolve("circle/App.java"))).isEmpty(); // it is not there
    }

    @Test
    void shouldMatchTheFormOfASubstitution() {
        TargetForm form = TargetForm.parse("/srv/\0/apps/\0.jar");

        assertThat(form.matches("/srv/a/apps/b.jar")).isTrue();
        assertThat(form.matches("/srv/a/b/apps/c/d.jar")).isTrue();
        assertThat(form.matches("/srv/a/apps/b.java")).isFalse();
        assertThat(form.matches("/srv/a/app/b.jar")).isFalse();
        assertThat(form.matches("/srv/apps/b.jar")).isFalse();
        assertThat(TargetForm.parse("/srv/ab\0ba").matches("/srv/aba")).isFalse();
        assertThat(TargetForm.parse("/srv/x").matches("/srv/x")).isTrue();
        assertThat(TargetForm.parse("/srv/x").matches("/srv/xy")).isFalse();
    }
}
