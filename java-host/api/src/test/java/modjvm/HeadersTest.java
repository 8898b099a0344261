package modjvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class HeadersTest {
    private static final Header FIRST = new Header("Accept", "text/html");
    private static final Header SECOND = new Header("Host", "example.org");
    private static final Header THIRD = new Header("accept", "*/*");

    private final Headers headers = Headers.of(List.of(FIRST, SECOND, THIRD));

    @Test
    void shouldFindTheFirstValueInAnyCase() {
        assertThat(headers.first("ACCEPT")).contains("text/html");
        assertThat(headers.first("Accept-Language")).isEmpty();
    }

    @Test
    void shouldFindAllValuesInTheirOrder() {
        assertThat(headers.all("aCCept")).containsExactly("text/html", "*/*");
        assertThat(headers.all("Cookie")).isEmpty();
    }

    @Test
    void shouldTellWhetherAFieldIsThere() {
        assertThat(headers.contains("host")).isTrue();
        assertThat(headers.contains("hos")).isFalse();
    }

    @Test
    void shouldKeepTheOrder() {
        assertThat(headers).containsExactly(FIRST, SECOND, THIRD);
        assertThat(headers.size()).isEqualTo(3);
    }

    @Test
    void shouldNotChangeWithTheListItWasMadeOf() {
        List<Header> list = new ArrayList<>(List.of(FIRST));
        Headers made = Headers.of(list);
        list.clear();

        assertThat(made).containsExactly(FIRST);
    }

    @Test
    void shouldNotLetItsIteratorRemove() {
        Iterator<Header> iterator = headers.iterator();
        iterator.next();

        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(iterator::remove);
    }

    @Test
    void shouldBeEqualToTheSameFields() {
        assertThat(headers).isEqualTo(Headers.of(List.of(FIRST, SECOND, THIRD)));
        assertThat(headers).hasSameHashCodeAs(Headers.of(List.of(FIRST, SECOND, THIRD)));
        assertThat(headers).isNotEqualTo(Headers.of(List.of(SECOND, FIRST, THIRD)));
    }

    @Test
    void shouldKnowTheEmptyHeaders() {
        assertThat(Headers.empty()).isEmpty();
        assertThat(Headers.of(List.of())).isSameAs(Headers.empty());
    }

    @Test
    void shouldNotDependOnTheLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("tr"));
        try {
            assertThat(Headers.of(List.of(new Header("IF-MATCH", "x"))).first("if-match"))
                    .contains("x");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void shouldTakeListsApart() {
        Headers headers = Headers.of(List.of(
                new Header("Upgrade", "a/1, b ,,"),
                new Header("X", "c"),
                new Header("upgrade", "\td"),
                new Header("Y", "")));

        assertThat(headers.items("Upgrade")).containsExactly("a/1", "b", "d");
        assertThat(headers.items("Y")).isEmpty();
        assertThat(headers.items("Z")).isEmpty();
    }
}
