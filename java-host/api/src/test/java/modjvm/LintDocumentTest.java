package modjvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The contract and its checker have the same rules: docs/interface.md is where they are written
 * down.
 */
class LintDocumentTest {
    private static final Pattern ID = Pattern.compile("\\| `([^`]+)` \\|.*");

    @Test
    void shouldCheckEveryRuleOfTheDocumentAndNoOther() throws IOException {
        assertThat(rules(Files.readAllLines(Path.of("..", "..", "docs", "interface.md"))))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(LintRule.values()).map(LintRule::id).toList());
    }

    @Test
    void shouldReadRulesFromTablesThatHaveThemOnly() {
        assertThat(rules(List.of(
                        "| rule | what |",
                        "| --- | --- |",
                        "| `a.b` | one |",
                        "| `a.*` | two |",
                        "",
                        "| key | what |",
                        "| --- | --- |",
                        "| `KEY` | none |")))
                .containsExactly("a.b", "a.*");
    }

    /** The first column of each table whose first column is headed "rule". */
    private static List<String> rules(List<String> lines) {
        List<String> rules = new ArrayList<>();
        boolean isInTable = false;
        for (String line : lines) {
            isInTable = line.startsWith("| rule |") || isInTable && line.startsWith("|");
            Matcher id = ID.matcher(line);
            if (isInTable && id.matches()) {
                rules.add(id.group(1));
            }
        }
        return rules;
    }
}
