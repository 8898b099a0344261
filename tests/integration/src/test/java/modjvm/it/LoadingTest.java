package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import modjvm.it.harness.Classes;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Jdk;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may be a target and an entry point. */
class LoadingTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with().host("kinds", """
                JVMDaemonProcess kinds ${AS1}
                JVMAlias /file ${APPS}/Hello.java
                JVMAlias /member ${APPS}/Shapes.java entry-point=field
                JVMAlias /static ${APPS}/Shapes.java entry-point=method
                JVMAlias /instance ${APPS}/Shapes.java entry-point=instanceMethod
                JVMAlias /factory ${APPS}/Shapes.java entry-point=factory
                JVMAlias /class ${APPS}/Shapes.java entry-point=Shapes
                JVMAlias /qualified ${APPS}/Shapes.java entry-point=Shapes::field
                <Location /located>
                    JVMEntryPoint method
                    JVMParameter colour blue
                </Location>
                JVMAlias /located ${APPS}/Shapes.java
                JVMAlias /folder ${WORK}/classes entry-point=shop.Shop::application
                JVMAlias /only ${WORK}/classes
                JVMAlias /jar ${WORK}/plain.jar entry-point=shop.Shop::application
                JVMAlias /manifest ${WORK}/manifest.jar
                JVMAlias /onlyjar ${WORK}/plain.jar
                JVMAlias /configured ${APPS}/Factory.java param.colour=green "param.size=a b"
                JVMAlias /again ${APPS}/Factory.java param.colour=red
                JVMAlias /together1 ${APPS}/Factory.java application-group=g
                JVMAlias /together2 ${APPS}/Factory.java application-group=g
                """).write();
        Path sources = httpd.apps().resolve("packaged/shop");
        Path classes = Classes.compile(
                httpd.work().resolve("classes"), sources.resolve("Shop.java"), sources.resolve("Shelf.java"));
        Classes.jar(httpd.work().resolve("plain.jar"), classes, "");
        Classes.jar(httpd.work().resolve("manifest.jar"), classes, "shop.Shop");
        httpd.start();
    }

    @ParameterizedTest
    @CsvSource({
        "/file/x,    'Hello, /x'",
        "/member,    field",
        "/static,    static method",
        "/factory,   factory",
        "/qualified, field",
        "/located,   static method",
        "/folder,    shop 3",
        "/only,      shop 3",
        "/jar,       shop 3",
        "/manifest,  shop 3",
        "/onlyjar,   shop 3",
    })
    void shouldServe(String path, String expected) {
        assertThat(Http.get(httpd.uri("kinds", path)).body().trim()).isEqualTo(expected);
    }

    @Test
    void shouldMakeOneInstance() {
        assertThat(Http.get(httpd.uri("kinds", "/instance")).body()).isEqualTo("instance method 1");
        assertThat(Http.get(httpd.uri("kinds", "/instance")).body()).isEqualTo("instance method 2");
        assertThat(Http.get(httpd.uri("kinds", "/class")).body()).isEqualTo("class 1");
        assertThat(Http.get(httpd.uri("kinds", "/class")).body()).isEqualTo("class 2");
    }

    @Test
    void shouldCallAFactoryOnceWithItsConfiguration() {
        assertThat(Http.get(httpd.uri("kinds", "/configured")).body()).isEqualTo("1 1 {colour=green, size=a b}");
        assertThat(Http.get(httpd.uri("kinds", "/configured")).body()).isEqualTo("1 1 {colour=green, size=a b}");
        assertThat(Http.get(httpd.uri("kinds", "/again")).body()).isEqualTo("1 1 {colour=red}");
    }

    @Test
    void shouldShareAClassLoaderInAGroup() {
        String one = Http.get(httpd.uri("kinds", "/together1")).body();
        String two = Http.get(httpd.uri("kinds", "/together2")).body();

        // the same application twice is one application
        assertThat(one).isEqualTo(two).isEqualTo("1 1 {}");
    }

    @Test
    void shouldServeACompactSourceFile() {
        Jdk jdk = Jdk.atLeast(25);
        try (Httpd recent =
                Httpd.with().host("compact", """
                JVMDaemonProcess compact ${AS1} java-home=%s
                JVMAlias /compact ${APPS}/compact/Compact.java
                """.formatted(jdk.home())).start()) {
            assertThat(Http.get(recent.uri("compact", "/compact/x")).body()).isEqualTo("compact /x\n");
        }
    }

    @Test
    void shouldBeReadyOnlyWhenLoaded() {
        try (Httpd slow = Httpd.with().host("slow", """
                JVMDaemonProcess slow ${AS1}
                JVMAlias /hello ${APPS}/Hello.java
                JVMAlias /slow ${APPS}/Slow.java param.until=${WORK}/go
                """).start()) {
            var pending = Http.start(slow.uri("slow", "/hello/x"));
            slow.awaitDaemons("slow", 1);
            assertThat(pending).isNotDone();

            Folders.write(slow.work().resolve("go"), "");

            assertThat(pending.join().body()).isEqualTo("Hello, /x\n");
            assertThat(Http.get(slow.uri("slow", "/slow")).body()).isEqualTo("ready at last\n");
        }
    }
}
