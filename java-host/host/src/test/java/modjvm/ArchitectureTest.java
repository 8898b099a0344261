package modjvm;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rooms and the directions of their dependencies (docs/architecture.md): none goes back. */
class ArchitectureTest {
    private static final String ANNOTATIONS = "org.jspecify..";

    private static JavaClasses imported;

    @BeforeAll
    static void readClasses() {
        imported = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("modjvm");
    }

    @Test
    void shouldKeepTheApiFreeOfDependencies() {
        classes()
                .that()
                .resideInAPackage("modjvm")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("modjvm", "java..", ANNOTATIONS)
                .check(imported);
    }

    @Test
    void shouldKeepTheCodecPure() {
        classes()
                .that()
                .resideInAPackage("modjvm.protocol")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "modjvm.protocol",
                        "modjvm.record",
                        "java.lang..",
                        "java.nio",
                        "java.nio.charset",
                        "java.util..",
                        "java.io",
                        ANNOTATIONS)
                .check(imported);
        noClasses()
                .that()
                .resideInAnyPackage("modjvm.protocol", "modjvm.record")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.io\\.(InputStream|OutputStream|File.*|PrintStream)|java\\.lang\\.Thread")
                .check(imported);
    }

    /** A room, and those of the host that it may depend on beside itself. */
    @ParameterizedTest
    @CsvSource({
        "modjvm.spi, ''",
        "modjvm.application, modjvm.spi",
        "modjvm.record, ''",
        "modjvm.protocol, modjvm.record",
        "modjvm.logging, modjvm.spi",
        "modjvm.loading, modjvm.spi modjvm.logging modjvm.record",
        "modjvm.server, modjvm.loading modjvm.logging modjvm.spi",
        "modjvm.wire, modjvm.server modjvm.logging modjvm.spi modjvm.protocol modjvm.record",
        "modjvm.health, modjvm.server modjvm.loading modjvm.logging modjvm.spi",
        "modjvm.training, ''"
    })
    void shouldKeepTheDirectionsOfTheRooms(String room, String others) {
        List<String> allowed =
                new ArrayList<>(List.of(room, "modjvm", "java..", "javax..", "com.sun.source..", ANNOTATIONS));
        if (!others.isEmpty()) {
            allowed.addAll(List.of(others.split(" ")));
        }
        classes()
                .that()
                .resideInAPackage(room)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed.toArray(new String[0]))
                .check(imported);
    }

    @Test
    void shouldHaveNobodyDependOnTheLaunch() {
        noClasses()
                .that()
                .resideOutsideOfPackage("modjvm.launch")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("modjvm.launch")
                .check(imported);
    }

    @Test
    void shouldHaveNoCyclesBetweenPackages() {
        slices().matching("modjvm.(*)..").should().beFreeOfCycles().check(imported);
    }
}
