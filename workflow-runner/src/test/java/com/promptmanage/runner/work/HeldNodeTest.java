package com.promptmanage.runner.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.promptmanage.runner.journal.NodeLease;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeldNodeTest {

    private final HeldNode node =
            new HeldNode(new NodeLease(1, "exec_1", "", "only", 1, 0, 1, false), Thread.currentThread());

    @AfterEach
    void clearTheFlag() {
        assertThat(Thread.interrupted())
                .as("each test has seen to its interrupt")
                .isFalse();
    }

    @Test
    void whoIsToLetGoIsInterruptedAndThenStoresNothing() {
        node.interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(node::store);
    }

    @Test
    void whoStoresIsNotInterruptedAnyMore() throws Exception {
        node.store();
        node.interrupt();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void whoEntersSomethingIsInterruptedWhenThatIsDone() {
        var wasInterrupted = new AtomicBoolean();

        String entered = node.whole(() -> {
            node.interrupt();
            wasInterrupted.set(Thread.currentThread().isInterrupted());
            return "the answer";
        });

        assertThat(entered).isEqualTo("the answer");
        assertThat(wasInterrupted).isFalse();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(HeldNode::goOn);
    }

    @Test
    void whoWasInterruptedBeforeEntersWithoutAndLetsGoAfterIt() {
        node.interrupt();

        boolean wasInterrupted = node.whole(() -> Thread.currentThread().isInterrupted());

        assertThat(wasInterrupted).isFalse();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(node::store);
    }

    @Test
    void whoPaysForACallIsInterruptedWhenItsAnswerIsThere() {
        node.interrupt();

        boolean wasInterrupted = node.paid(() -> {
            node.interrupt();
            return Thread.currentThread().isInterrupted();
        });

        assertThat(wasInterrupted).isFalse();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(node::store);
    }

    @Test
    void whoIsGivenUpWaitsForNoAnswerAndCanThenGiveTheNodeBack() {
        node.interrupt();

        assertThatExceptionOfType(InterruptedException.class)
                .isThrownBy(() -> node.paid(() -> {
                    node.giveUp();
                    HeldNode.goOn();
                    return "the answer";
                }));

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    /** Times of this clock may be below zero. */
    @Test
    void anAnswerThatNobodyWantsIsWaitedForAsLongAsIsAllowedAndNoLonger() {
        long lostNanos = -7;
        long lastNanos = lostNanos + HeldNode.UNWANTED_MAX.toNanos();

        assertThatExceptionOfType(InterruptedException.class)
                .isThrownBy(() -> node.paid(() -> {
                    assertThat(node.lost(lostNanos)).isFalse();
                    assertThat(node.lost(lastNanos - 1)).isFalse();
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    assertThat(node.lost(lastNanos)).isTrue();
                    HeldNode.goOn();
                    return "the answer";
                }));

        assertThat(node.lost(lastNanos + 1)).as("once is enough").isFalse();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void whoHasLostTheNodeAndPaysForNothingLetsGoAtOnce() {
        assertThat(node.lost(0)).isFalse();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(node::store);
    }

    @Test
    void anEntryThatFailsLetsTheInterruptThrough() {
        assertThatIllegalStateException()
                .isThrownBy(() -> node.whole(() -> {
                    node.interrupt();
                    throw new IllegalStateException("the database is away");
                }));

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whatIsTakenOnAnewStaysHeldWhenWhoeverHadItBeforeIsThrough() {
        var held = new HeldNodes();
        HeldNode before = held.hold(node.lease());
        HeldNode now = held.hold(node.lease());

        held.leave(before);

        assertThat(held.all()).containsExactly(now);
        assertThat(held.isHeld(before)).isFalse();
        held.leave(now);
        assertThat(held.size()).isZero();
    }
}
