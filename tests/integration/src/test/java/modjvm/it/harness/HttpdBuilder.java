package modjvm.it.harness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a private httpd is to serve. Lines of configuration may use <code>${APPS}</code> (the tests'
 * applications), <code>${WORK}</code> (a folder that pools may write), <code>${AS1}</code> and
 * <code>${AS2}</code> (the option user= of two different users; nothing where the tests do not run
 * as root), and <code>${PORT_name}</code> for the port of a virtual host.
 */
public final class HttpdBuilder {
    final Map<String, String> hosts = new LinkedHashMap<>();
    final List<String> modules = new ArrayList<>();
    String mpm = "event";
    String limits;
    String mainLines = "";
    String owner = System.getProperty("user.name");
    Path module = Prefix.module();
    boolean hasDefaultStateDir;
    boolean hasArchives = true;
    boolean ownsApplications;
    List<String> wrapper = List.of();

    HttpdBuilder() {
        modules.addAll(List.of("authz_core", "alias", "env", "setenvif", "mime", "dir"));
    }

    /** Another MPM than event. */
    public HttpdBuilder mpm(String name) {
        mpm = name;
        return this;
    }

    /** Lines that set the MPM's limits, in place of those of the harness. */
    public HttpdBuilder limits(String lines) {
        limits = lines;
        return this;
    }

    /** More modules of httpd. */
    public HttpdBuilder module(String... names) {
        modules.addAll(List.of(names));
        return this;
    }

    /** Lines outside all virtual hosts. */
    public HttpdBuilder main(String lines) {
        mainLines = lines;
        return this;
    }

    /** A virtual host, on a port and with an error log of its own. */
    public HttpdBuilder host(String name, String lines) {
        hosts.put(name, lines);
        return this;
    }

    /** Starts httpd as another user than the one of the tests. */
    public HttpdBuilder owner(String user) {
        owner = user;
        return this;
    }

    /** Loads the module from another place than the prefix under test. */
    public HttpdBuilder jvmModule(Path file) {
        module = file;
        return this;
    }

    /**
     * Leaves the default of JVMStateDir, which lies outside of the test's folder: the test removes
     * it.
     */
    public HttpdBuilder defaultStateDir() {
        hasDefaultStateDir = true;
        return this;
    }

    /**
     * Starts as on a machine where no pool has run before: no archive has been made, and no classes
     * are kept.
     */
    public HttpdBuilder withoutArchives() {
        hasArchives = false;
        return ownApplications();
    }

    /** Copies the applications for this httpd alone, which may change them. */
    public HttpdBuilder ownApplications() {
        ownsApplications = true;
        return this;
    }

    Path apps(Path dir) {
        return ownsApplications ? dir.resolve("apps") : CompiledApplications.sources();
    }

    /** A command that starts what it is given, in surroundings of its own. */
    public HttpdBuilder wrappedBy(List<String> command) {
        wrapper = command;
        return this;
    }

    /** Writes the configuration, and starts nothing yet. */
    public Httpd write() {
        return new Httpd(this, Folders.temporary());
    }

    public Httpd start() {
        Httpd httpd = write();
        try {
            httpd.start();
            return httpd;
        } catch (RuntimeException | Error e) {
            httpd.abandon();
            throw e;
        }
    }

    String configuration(Path dir, Map<String, Integer> ports) {
        StringBuilder text = new StringBuilder();
        text.append("ServerRoot ")
                .append(dir)
                .append('\n')
                .append("ServerName localhost\n")
                .append("DefaultRuntimeDir ")
                .append(dir.resolve("run"))
                .append('\n')
                .append("PidFile ")
                .append(dir.resolve("run/httpd.pid"))
                .append('\n')
                .append("ErrorLog ")
                .append(dir.resolve("main.log"))
                .append('\n')
                .append("LogLevel info\n")
                .append("DocumentRoot ")
                .append(dir.resolve("htdocs"))
                .append('\n')
                .append("Timeout 30\n")
                .append("TypesConfig /dev/null\n")
                .append("Define APPS ")
                .append(apps(dir))
                .append('\n')
                .append("Define WORK ")
                .append(dir.resolve("work"))
                .append('\n');
        load(text, "mpm_" + mpm);
        modules.forEach(module -> load(text, module));
        text.append("LoadModule jvm_module ").append(module).append('\n');
        if (!hasDefaultStateDir) {
            text.append("JVMStateDir ").append(Httpd.stateDir(dir)).append('\n');
        }
        text.append(limits != null ? limits : defaultLimits()).append('\n');
        if (Users.isRoot() && owner.equals("root")) {
            text.append("User www-data\nGroup www-data\n");
        }
        ports.forEach((host, port) -> text.append("Define PORT_")
                .append(host)
                .append(' ')
                .append(port)
                .append("\nListen 127.0.0.1:")
                .append(port)
                .append('\n'));
        text.append(mainLines).append('\n');
        hosts.forEach((host, lines) -> text.append("<VirtualHost 127.0.0.1:")
                .append(ports.get(host))
                .append(">\n")
                .append("ServerName ")
                .append(host)
                .append(".test\n")
                .append("ErrorLog ")
                .append(dir.resolve(host + ".log"))
                .append('\n')
                .append(lines)
                .append('\n')
                .append("</VirtualHost>\n"));
        // not by Define, which takes an empty value for none
        return text.toString()
                .replace("${AS1}", identity(Users.isRoot() ? Users.first() : ""))
                .replace("${AS2}", identity(Users.isRoot() ? Users.second() : ""));
    }

    private String identity(String user) {
        return user.isEmpty() || !owner.equals("root") ? "" : "user=" + user;
    }

    private static void load(StringBuilder text, String module) {
        text.append("LoadModule ")
                .append(module)
                .append("_module /usr/lib/apache2/modules/mod_")
                .append(module)
                .append(".so\n");
    }

    /**
     * With fewer spare threads, httpd would end one of its two children, and the connections that
     * it keeps, a second after its start. There is room for two children of an earlier
     * configuration, which end slowly on a busy machine.
     */
    private String defaultLimits() {
        return mpm.equals("prefork")
                ? "StartServers 4\nMaxRequestWorkers 16\n"
                : "StartServers 2\nServerLimit 4\nThreadLimit 128\nThreadsPerChild 128\nMaxRequestWorkers 256\nMaxSpareThreads 256\n";
    }
}
