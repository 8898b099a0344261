package modjvm.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A vector of PROTOCOL.md, section 6. Texts are held as ISO-8859-1, a character for a byte. */
@SuppressWarnings("ArrayRecordComponent")
public record Vector(String name, String from, boolean canonical, byte[] wire, List<Part> parts, String error) {
    private static final Path FOLDER =
            Path.of(System.getProperty("basedir", ".")).resolve("../../tests/protocol");

    /** A frame: its first line's words, and the lines of its payload. */
    public record Part(String type, String flags, int serial, List<Line> lines) {
        List<Line> lines(String key) {
            return lines.stream().filter(line -> line.key.equals(key)).collect(Collectors.toList());
        }

        String field(String name) {
            return lines("field").stream()
                    .filter(line -> line.name.equals(name))
                    .findFirst()
                    .orElseThrow()
                    .value;
        }

        long number(String name) {
            return field(name).equals("-") ? Frame.LENGTH_UNKNOWN : Long.parseLong(field(name));
        }

        boolean has(String flag) {
            return List.of(flags.split("\\+", -1)).contains(flag);
        }

        byte[] data() {
            return hex(lines("data").stream().map(Line::value).collect(Collectors.joining(" ")));
        }
    }

    /** A line of a payload; {@code data:} has no name. */
    public record Line(String key, String name, String value) {}

    static Path folder() {
        return FOLDER;
    }

    static List<Vector> valid(String from) throws IOException {
        return all(FOLDER.resolve("vectors"), from);
    }

    static List<Vector> invalid(String from) throws IOException {
        return all(FOLDER.resolve("vectors/invalid"), from);
    }

    private static List<Vector> all(Path folder, String from) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Vector> vectors = new ArrayList<>();
            for (Path file : files.filter(path -> path.toString().endsWith(".vec"))
                    .sorted()
                    .collect(Collectors.toList())) {
                Vector vector = parse(Files.readAllLines(file, StandardCharsets.US_ASCII));
                if (!(vector.name + ".vec").equals(file.getFileName().toString())) {
                    throw new IOException(file + " has another name in it");
                }
                if (vector.from.equals(from)) {
                    vectors.add(vector);
                }
            }
            return vectors;
        }
    }

    private static Vector parse(List<String> lines) throws IOException {
        String name = "";
        String from = "";
        String error = "";
        boolean canonical = true;
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        List<Part> parts = new ArrayList<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            String key = line.substring(0, colon);
            String rest = line.length() > colon + 1 ? line.substring(colon + 2) : "";
            switch (key) {
                case "name" -> name = rest;
                case "from" -> from = rest;
                case "error" -> error = rest;
                case "canonical" -> canonical = !rest.equals("no");
                case "wire" -> wire.writeBytes(hex(rest));
                case "frame" -> {
                    String[] words = rest.split(" ", -1);
                    int serial = Integer.parseInt(words[2].substring("serial=".length()));
                    parts.add(new Part(words[0], words[1].substring("flags=".length()), serial, new ArrayList<>()));
                }
                case "data" -> parts.get(parts.size() - 1).lines.add(new Line(key, "", rest));
                case "field", "record", "header", "variable" -> {
                    int space = rest.indexOf(' ');
                    String text = space < 0 ? "" : rest.substring(space + 1);
                    String noun = space < 0 ? rest : rest.substring(0, space);
                    parts.get(parts.size() - 1).lines.add(new Line(key, unescape(noun), unescape(text)));
                }
                default -> throw new IOException("unknown line: " + line);
            }
        }
        return new Vector(name, from, canonical, wire.toByteArray(), parts, error);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static String unescape(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith("\\x", i)) {
                plain.append((char) Integer.parseInt(text.substring(i + 2, i + 4), 16));
                i += 3;
            } else {
                plain.append(text.charAt(i));
            }
        }
        return plain.toString();
    }

    @Override
    public String toString() {
        return name;
    }
}
