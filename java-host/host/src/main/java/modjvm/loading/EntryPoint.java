package modjvm.loading;

import modjvm.spi.LoadException;

/**
 * The name of an entry point: {@code member}, {@code Class}, {@code Class::member} or
 * {@code pkg.Class::member}.
 *
 * @param className empty where the name is bare
 * @param name the member; where {@code className} is empty, a member or a class
 */
record EntryPoint(String className, String name) {
    /** What httpd sends where nothing is configured. */
    static final String DEFAULT = "application";

    private static final String SEPARATOR = "::";

    static EntryPoint parse(Definition definition) throws LoadException {
        String text = definition.entryPoint();
        int separator = text.indexOf(SEPARATOR);
        EntryPoint entryPoint = separator < 0
                ? new EntryPoint("", text)
                : new EntryPoint(text.substring(0, separator), text.substring(separator + SEPARATOR.length()));
        boolean hasEmptyPart = entryPoint.name.isEmpty() || separator == 0;
        if (hasEmptyPart || !isName(entryPoint.className) || !isName(entryPoint.name)) {
            throw new LoadException(
                    definition.target() + ": \"" + OneLine.join(text)
                            + "\" is not an entry point; write JVMEntryPoint member, Class, Class::member or pkg.Class::member");
        }
        return entryPoint;
    }

    /** Tells whether a bare name can be a member's: it names no package. */
    boolean canBeMember() {
        return name.indexOf('.') < 0;
    }

    private static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != '.' && !Character.isJavaIdentifierPart(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
