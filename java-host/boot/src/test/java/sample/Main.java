package sample;

/** The class of an application that is none of Spring's. */
public final class Main {
    private Main() {}

    /** Says what loads it, where it is asked to fail. */
    public static void main(String[] arguments) {
        if (arguments.length > 0) {
            throw new IllegalStateException(arguments[0] + " "
                    + Thread.currentThread().getContextClassLoader().getName() + " "
                    + Main.class.getClassLoader().getName());
        }
    }
}
