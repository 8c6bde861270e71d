package com.promptmanage.runner.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceKindTest {

    @Test
    void kindsAreNamedInOneOrderAsAChoice() {
        assertThat(SourceKind.anyOf(EnumSet.allOf(SourceKind.class))).isEqualTo("a table, a file or an API");
        assertThat(SourceKind.anyOf(List.of(SourceKind.API, SourceKind.FILE))).isEqualTo("a file or an API");
        assertThat(SourceKind.anyOf(List.of(SourceKind.DATABASE))).isEqualTo("a table");
        assertThat(SourceKind.anyOf(List.of())).isEmpty();
    }
}
