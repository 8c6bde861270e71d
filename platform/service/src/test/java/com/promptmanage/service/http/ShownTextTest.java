package com.promptmanage.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShownTextTest {

    @ParameterizedTest
    @ValueSource(strings = {"Łódź", "研究", "פיתוח", "👩‍🔬 lab", "R&D <north>"})
    void namesOfAllScriptsArePlain(String name) {
        assertThat(ShownText.isPlain(name)).isTrue();
        assertThat(ShownText.plain(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u202Eb", "a\u2066b", "a\nb", "a\u0085b", "a\u2028b", "a\0b"})
    void whatBreaksOrTurnsALineIsNot(String name) {
        assertThat(ShownText.isPlain(name)).isFalse();
        assertThat(ShownText.plain(name)).isEqualTo("a b");
    }
}
