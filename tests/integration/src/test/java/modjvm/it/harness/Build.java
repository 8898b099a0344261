package modjvm.it.harness;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where mod_jvm was built: for programs that are never installed. */
public final class Build {
    private Build() {}

    /** A test program, by its name in native/test. */
    public static Path program(String name) {
        String folder = System.getProperty("modjvm.build");
        if (folder == null) {
            throw new AssertionError("needs " + name + " from the build folder: -Dmodjvm.build=FOLDER");
        }
        Path program = Path.of(folder).resolve("native/test").resolve(name);
        if (!Files.isExecutable(program)) {
            throw new AssertionError(
                    program + " is missing: is -Dmodjvm.build a folder that cmake --build was run in?");
        }
        return program;
    }
}
