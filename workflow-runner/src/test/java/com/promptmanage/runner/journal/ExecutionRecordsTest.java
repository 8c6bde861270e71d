package com.promptmanage.runner.journal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExecutionRecordsTest {

    /** Two hundred are listed at once, and what each was triggered with may be a mebibyte. */
    @Test
    void whatAnExecutionWasTriggeredWithIsNotReadWithEveryListOfThem() {
        assertThat(ExecutionRecords.Shown.COLUMNS).contains("triggered_by").doesNotContain("trigger_data");
    }
}
