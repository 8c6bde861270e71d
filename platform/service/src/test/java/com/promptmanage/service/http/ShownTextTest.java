package com.promptmanage.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShownTextTest {

    @ParameterizedTest
    @ValueSource(strings = {"Łódź", "研究", "פיתוח", "👩‍🔬 lab", "R&D <north>"})
    void namesOfAllScriptsArePlain(String name) {
        assertThat(ShownText.isPlain(name)).isTrue();
        assertThat(ShownText.plain(name)).isEqualTo(name);
    }

    /** As PostgreSQL and a published schema count them: a balloon has two units in Java, and is one. */
    @Test
    void aNameHasAsManyCharactersAsPeopleSee() {
        assertThat(ShownText.isName("🎈".repeat(100), 1, 100)).isTrue();
        assertThat(ShownText.isName("🎈".repeat(101), 1, 100)).isFalse();
        assertThat(ShownText.isName("🎈🎈", 3, 100)).isFalse();
        assertThat(ShownText.isName("", 1, 100)).isFalse();
        assertThat(ShownText.isName("a\u202Eb", 1, 100)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u202Eb", "a\u2066b", "a\nb", "a\u0085b", "a\u2028b", "a\0b"})
    void whatBreaksOrTurnsALineIsNot(String name) {
        assertThat(ShownText.isPlain(name)).isFalse();
        assertThat(ShownText.plain(name)).isEqualTo("a b");
    }
}
