package modjvm.servlet;

import java.util.Map;
import org.apache.catalina.deploy.NamingResourcesImpl;
import org.apache.tomcat.util.descriptor.web.ContextResource;

/**
 * The pools of connections that a context.xml asks for. Where it names no pool, or DBCP, which
 * Tomcat's distribution has for that, it gets Tomcat's JDBC pool, with DBCP's defaults and the
 * commonest of DBCP's names.
 */
final class DataSources {
    private static final String POOL = "org.apache.tomcat.jdbc.pool.DataSourceFactory";
    private static final String DBCP = "org.apache.tomcat.dbcp.";
    private static final String FACTORY = "factory";
    private static final String MOST = "maxActive";
    private static final String MOST_IDLE = "maxIdle";
    private static final int DEFAULT_MOST = 8;

    /** What the JDBC pool calls what DBCP calls so. */
    private static final Map<String, String> NAMES = Map.of(
            "maxTotal", MOST,
            "maxWaitMillis", "maxWait",
            "removeAbandonedOnBorrow", "removeAbandoned",
            "removeAbandonedOnMaintenance", "removeAbandoned");

    private DataSources() {}

    /** To be called after context.xml is read. */
    static void choosePools(NamingResourcesImpl resources) {
        for (ContextResource resource : resources.findResources()) {
            String type = String.valueOf(resource.getType());
            if (type.equals("javax.sql.DataSource") || type.equals("javax.sql.XADataSource")) {
                choosePool(resource);
            }
        }
    }

    private static void choosePool(ContextResource resource) {
        String factory = String.valueOf(resource.getProperty(FACTORY));
        if (resource.getProperty(FACTORY) == null || factory.startsWith(DBCP)) {
            resource.setProperty(FACTORY, POOL);
            useNamesOfDbcp(resource);
        } else if (!factory.equals(POOL)) {
            return;
        }
        if (!resource.getCloseMethodConfigured()) {
            resource.setCloseMethod("close"); // Tomcat finds that by itself for DBCP alone
        }
    }

    private static void useNamesOfDbcp(ContextResource resource) {
        for (Map.Entry<String, String> name : NAMES.entrySet()) {
            Object value = resource.getProperty(name.getKey());
            if (value != null) {
                setDefault(resource, name.getValue(), value);
            }
        }
        setDefault(resource, "initialSize", "0");
        setDefault(resource, "minIdle", "0");
        setDefault(resource, MOST, Integer.toString(DEFAULT_MOST));
        setDefault(resource, MOST_IDLE, resource.getProperty(MOST)); // it would complain of more
    }

    private static void setDefault(ContextResource resource, String name, Object value) {
        if (resource.getProperty(name) == null) {
            resource.setProperty(name, value);
        }
    }
}
