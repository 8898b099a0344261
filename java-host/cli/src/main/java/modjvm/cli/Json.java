package modjvm.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a JSON document into maps, lists, strings, doubles and booleans. A member that is null is
 * left out; a null in a list is refused, for the supervisor sends none.
 */
final class Json {
    private static final int MAX_DEPTH = 32;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException if the text is no such document */
    static Map<String, Object> parseObject(String text) {
        Json json = new Json(text);
        json.skipSpace();
        Map<String, Object> object = json.object(MAX_DEPTH);
        json.skipSpace();
        json.require(json.at == text.length());
        return object;
    }

    private Optional<Object> value(int depth) {
        require(depth > 0 && at < text.length());
        char next = text.charAt(at);
        if (next == '{') {
            return Optional.of(object(depth));
        }
        if (next == '[') {
            return Optional.of(list(depth));
        }
        if (next == '"') {
            return Optional.of(string());
        }
        if (take("null")) {
            return Optional.empty();
        }
        if (take("true")) {
            return Optional.of(true);
        }
        if (take("false")) {
            return Optional.of(false);
        }
        return Optional.of(number());
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> members = new LinkedHashMap<>();
        expect('{');
        while (!isEnd('}', members.isEmpty())) {
            String name = string();
            skipSpace();
            expect(':');
            skipSpace();
            value(depth - 1).ifPresent(value -> members.put(name, value));
            skipSpace();
            if (!take(",")) {
                expect('}');
                return members;
            }
            skipSpace();
            require(at < text.length() && text.charAt(at) == '"');
        }
        return members;
    }

    private List<Object> list(int depth) {
        List<Object> elements = new ArrayList<>();
        expect('[');
        while (!isEnd(']', elements.isEmpty())) {
            elements.add(value(depth - 1).orElseThrow(() -> new IllegalArgumentException("null in a list")));
            skipSpace();
            if (!take(",")) {
                expect(']');
                return elements;
            }
            skipSpace();
        }
        return elements;
    }

    /** Whether nothing stands between the brackets. */
    private boolean isEnd(char bracket, boolean isFirst) {
        skipSpace();
        return isFirst && take(String.valueOf(bracket));
    }

    private String string() {
        StringBuilder value = new StringBuilder();
        expect('"');
        while (true) {
            require(at < text.length());
            char next = text.charAt(at++);
            require(next >= ' ');
            if (next == '"') {
                return value.toString();
            }
            value.append(next == '\\' ? escaped() : next);
        }
    }

    private char escaped() {
        require(at < text.length());
        char next = text.charAt(at++);
        int simple = "\"\\/bfnrt".indexOf(next);
        if (simple >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(simple);
        }
        require(next == 'u' && at + 4 <= text.length());
        at += 4;
        return (char) Integer.parseInt(text.substring(at - 4, at), 16);
    }

    private double number() {
        int start = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        require(at > start);
        return Double.parseDouble(text.substring(start, at));
    }

    private boolean take(String word) {
        if (!text.startsWith(word, at)) {
            return false;
        }
        at += word.length();
        return true;
    }

    private void expect(char wanted) {
        require(take(String.valueOf(wanted)));
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void require(boolean isTrue) {
        if (!isTrue) {
            throw new IllegalArgumentException("invalid JSON at character " + at);
        }
    }
}
