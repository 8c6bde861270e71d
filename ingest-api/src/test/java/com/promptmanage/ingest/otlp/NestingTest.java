package com.promptmanage.ingest.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.ingest.ignored.Reason;
import com.promptmanage.ingest.normalize.Convention;
import com.promptmanage.ingest.normalize.NormalizedTokens;
import com.promptmanage.ingest.normalize.UsageShape;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How far it is known what stands between two spans that count, and what that takes. */
class NestingTest {

    private static final String TRACE = "a".repeat(32);

    private final List<String> counted = new ArrayList<>();

    private final List<String> ignored = new ArrayList<>();

    private long heldBytes;

    private final Nesting nesting = new Nesting(
            call -> counted.add(call.id()),
            (call, reason) -> {
                assertThat(reason).isEqualTo(Reason.REPEATS_ITS_CALLS);
                ignored.add(call.id());
            },
            bytes -> heldBytes = bytes);

    @Test
    void whatComesBetweenMayComeInAnyOrderAndLongBeforeIfFewSpansDo() {
        nesting.passBy(span(2, 1));
        for (int i = 0; i < 3_999; i++) {
            nesting.passBy(span(10_000 + i, 9_999));
        }
        nesting.add(call(1, 0));
        nesting.add(call(3, 2));
        nesting.release();

        assertThat(counted).containsExactly("3");
        assertThat(ignored).containsExactly("1");
    }

    @Test
    void ofTooManySpansTheFirstAreForgotten() {
        nesting.passBy(span(2, 1));
        for (int i = 0; i < 4_000; i++) {
            nesting.passBy(span(10_000 + i, 9_999));
        }
        nesting.add(call(1, 0));
        nesting.add(call(3, 2));
        nesting.release();

        assertThat(counted).containsExactly("1", "3");
        assertThat(ignored).isEmpty();
    }

    @Test
    void spansThatAreWithinEachOtherAreInNoCall() {
        nesting.passBy(span(4, 5));
        nesting.passBy(span(5, 4));
        nesting.passBy(span(6, 7));
        nesting.add(call(7, 6));
        nesting.add(call(8, 4));
        nesting.release();

        assertThat(counted).containsExactly("7", "8");
    }

    @Test
    void ofOneCallTheSpanThatTellsBothInAndOutCountsWhereverItComes() {
        var told = new ArrayList<Long>();
        var halves = new ArrayList<Reason>();
        var both = new Nesting(
                call -> told.add(call.tokens().counts().total()), (call, reason) -> halves.add(reason), bytes -> {});
        both.add(call(1, 0, "same", 0, 50));
        both.add(call(2, 0, "same", 100, 50));
        both.add(call(3, 0, "same", 100, 0));
        both.add(call(4, 0, "alone", 0, 40));
        both.release();

        assertThat(told).containsExactly(150L, 40L);
        assertThat(halves).containsExactly(Reason.TOLD_BY_ANOTHER_RECORD, Reason.TOLD_BY_ANOTHER_RECORD);
    }

    @Test
    void aSpanThatTellsOneHalfOfItsCallMayStandBetweenTwoThatCount() {
        var told = new ArrayList<String>();
        var reasons = new ArrayList<Reason>();
        var both = new Nesting(call -> told.add(call.id()), (call, reason) -> reasons.add(reason), bytes -> {});
        both.add(call(1, 0, "outer", 100, 50));
        both.add(call(2, 1, "inner", 0, 50));
        both.add(call(3, 2, "inner", 100, 50));
        both.release();

        assertThat(told).containsExactly("inner");
        assertThat(reasons).containsExactly(Reason.TOLD_BY_ANOTHER_RECORD, Reason.REPEATS_ITS_CALLS);
    }

    @Test
    void whatIsHeldIsToldUntilItIsNoMore() {
        nesting.passBy(span(2, 1));
        nesting.passBy(span(2, 1));
        assertThat(heldBytes).isEqualTo(320);
        nesting.add(call(3, 2));
        assertThat(heldBytes).isEqualTo(320 + 1_024 + 256);
        nesting.release();

        assertThat(heldBytes).isEqualTo(320);
    }

    @Test
    void howeverManySpansComeNoMoreIsHeldThanIsCompared() {
        long most = 0;
        for (int i = 1; i <= 9_000; i++) {
            nesting.passBy(span(10_000 + i, 9_999));
            nesting.add(call(i, 0));
            most = Math.max(most, heldBytes);
        }
        nesting.release();

        assertThat(most).isEqualTo(4_000 * 320 + 1_000 * (1_024 + 256));
        assertThat(heldBytes).isEqualTo(4_000 * 320);
        assertThat(counted).hasSize(9_000);
    }

    private static Span span(int number, int parent) {
        return new Span(
                TRACE,
                id(number),
                id(parent),
                "step",
                0,
                0,
                JsonNodeFactory.instance.objectNode(),
                JsonNodeFactory.instance.objectNode(),
                "");
    }

    private static Nesting.Call call(int number, int parent) {
        return call(number, parent, Integer.toString(number), 100, 50);
    }

    private static Nesting.Call call(int number, int parent, String id, long input, long output) {
        Account account = Account.team("acme");
        var tokens =
                new NormalizedTokens(TokenCounts.ofInputOutput(input, output), UsageShape.GEN_AI, Convention.INCLUSIVE);
        return new Nesting.Call(
                TRACE + id(number),
                TRACE + id(parent),
                id,
                null,
                account,
                "rag",
                tokens,
                new OutgoingEvent(account, new byte[0]));
    }

    private static String id(int number) {
        return "%016x".formatted(number);
    }
}
