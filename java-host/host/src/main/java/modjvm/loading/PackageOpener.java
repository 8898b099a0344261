package modjvm.loading;

/** Opens packages of the JDK for reflection, as the option --add-opens does, while the JVM runs. */
public interface PackageOpener {
    /**
     * Opens a package to the classes of applications, for as long as the JVM lives.
     *
     * @param module of the package
     * @param name the package's
     * @return false if this JDK cannot do that
     */
    boolean open(Module module, String name);
}
