package com.promptmanage.runner.connector;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.definition.NodeConfig.Operator;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.runner.definition.NodeConfig.Where;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowsTest {

    private static final List<JsonNode> ROWS = rows(
            "{\"id\":1,\"n\":\"10\",\"t\":\"alpha\",\"tags\":[\"x\"]}",
            "{\"id\":2,\"n\":9,\"t\":\"beta\"}",
            "{\"id\":3,\"t\":\"alphabet\",\"a\":{\"b\":1}}");

    @ParameterizedTest
    @CsvSource({
        "n, =, 10, [1]",
        "n, !=, 10, '[2, 3]'",
        "n, >, 9, [1]",
        "n, >=, 9, '[1, 2]'",
        "n, <, 10, [2]",
        "t, contains, pha, '[1, 3]'",
        "tags, contains, x, [1]",
        "t, startsWith, alpha, '[1, 3]'",
        "t, endsWith, bet, [3]",
        "a.b, =, 1, [3]",
        "missing, =, '', '[1, 2, 3]'"
    })
    void whereComparesNumbersAsNumbersHoweverTheyAreWritten(String field, String operator, String value, String ids) {
        Operator found = Arrays.stream(Operator.values())
                .filter(each -> each.value().equals(operator))
                .findFirst()
                .orElseThrow();
        var query = new Query(
                List.of(),
                List.of(new Where(field, found, TestPlaces.json("\"" + value + "\""))),
                null,
                null,
                Map.of());

        assertThat(Rows.query(ROWS, query, false).stream()
                        .map(row -> row.get("id").asInt())
                        .toList())
                .hasToString(ids);
    }

    @Test
    void theLimitCountsWhatIsLeftAndIdsStayWithColumns() {
        var query = new Query(
                List.of("t"),
                List.of(new Where("t", Operator.STARTS_WITH, TestPlaces.json("\"alpha\""))),
                "id DESC",
                1,
                Map.of());

        assertThat(Rows.query(ROWS, query, false)).hasToString("[{\"id\":3,\"t\":\"alphabet\"}]");
    }

    @Test
    void anyMixtureOfNumbersAndTextsHasOneOrder() {
        var random = new SplittableRandom(5);
        var rows = new ArrayList<JsonNode>();
        for (int i = 0; i < 2_000; i++) {
            int n = random.nextInt(40);
            rows.add(TestPlaces.json(
                    switch (random.nextInt(4)) {
                        case 0 -> "{\"v\":%d}".formatted(n);
                        case 1 -> "{\"v\":\"%d\"}".formatted(n);
                        case 2 -> "{\"v\":\"%dx\"}".formatted(n);
                        default -> "{}";
                    }));
        }

        List<JsonNode> sorted = Rows.query(rows, new Query(List.of(), List.of(), "v", null, Map.of()), false);

        assertThat(sorted).hasSize(2_000);
        assertThat(sorted.getLast().has("v")).as("what is not there comes last").isFalse();
    }

    @Test
    void aNumberThatNoDoubleHoldsIsOneWithoutEndAndNoFailure() {
        List<JsonNode> rows = rows("{\"n\":1e999}", "{\"n\":2}");
        var query = new Query(
                List.of(), List.of(new Where("n", Operator.GREATER, TestPlaces.json("5"))), "n", null, Map.of());

        assertThat(Rows.query(rows, query, false)).containsExactly(rows.getFirst());
    }

    private static List<JsonNode> rows(String... rows) {
        return Arrays.stream(rows).map(TestPlaces::json).toList();
    }
}
