package com.promptmanage.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RequestIdsTest {

    @Test
    void noTwoRequestsHaveTheSameId() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            ids.add(RequestIds.of((String) null));
        }

        assertThat(ids).hasSize(100_000).allMatch(id -> id.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"));
    }

    @Test
    void onlyAHarmlessIdOfTheCallersIsRepeated() {
        assertThat(RequestIds.of("order-12345")).isEqualTo("order-12345");
        assertThat(RequestIds.of("a\nb-12345")).isNotEqualTo("a\nb-12345");
        assertThat(RequestIds.of("short")).isNotEqualTo("short");
    }
}
