package sample;

/** A function for pages. */
public final class Functions {
    private Functions() {}

    public static String twice(String text) {
        return text + text;
    }
}
