package modjvm;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The directions of dependencies: host to loading to protocol, all to the api, never back. */
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
                        "java.lang..",
                        "java.nio",
                        "java.nio.charset",
                        "java.util..",
                        "java.io",
                        ANNOTATIONS)
                .check(imported);
        noClasses()
                .that()
                .resideInAPackage("modjvm.protocol")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.io\\.(InputStream|OutputStream|File.*|PrintStream)|java\\.lang\\.Thread")
                .check(imported);
    }

    @Test
    void shouldNotHaveLoadingKnowOfServing() {
        noClasses()
                .that()
                .resideInAPackage("modjvm.loading")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("modjvm.host")
                .check(imported);
    }

    @Test
    void shouldHaveNoCyclesBetweenPackages() {
        slices().matching("modjvm.(*)..").should().beFreeOfCycles().check(imported);
    }
}
