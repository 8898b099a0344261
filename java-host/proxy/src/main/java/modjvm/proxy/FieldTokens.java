package modjvm.proxy;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import modjvm.Header;
import modjvm.Headers;

/** Fields whose values are lists of tokens, such as Connection. */
final class FieldTokens {
    private FieldTokens() {}

    /** The tokens of all fields of a name, in lower case. */
    static Set<String> of(Headers fields, String name) {
        Set<String> tokens = Set.of();
        for (Header each : fields) {
            if (each.name().equalsIgnoreCase(name)) {
                tokens = with(tokens, each.value());
            }
        }
        return tokens;
    }

    /** Some tokens, and those of a value, in lower case. */
    static Set<String> with(Set<String> tokens, String value) {
        Set<String> all = new HashSet<>(tokens);
        for (String each : value.split(",", -1)) {
            all.add(each.strip().toLowerCase(Locale.ROOT));
        }
        return all;
    }
}
