package com.promptmanage.runner.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.promptmanage.runner.journal.NodeLease;
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
}
