package com.promptmanage.service.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.export.ExportSlots.Admission;
import com.promptmanage.topics.account.Account;
import org.junit.jupiter.api.Test;

class ExportSlotsTest {

    private static final Account ONE = Account.team("one");

    private static final Account OTHER = Account.team("other");

    private static final Account THIRD = Account.user("third");

    private final ExportSlots slots = new ExportSlots(4, 2);

    @Test
    void oneAccountLeavesRoomForOthersAndAllTogetherHaveAsManyAsThereAre() {
        assertThat(slots.enter(ONE)).isEqualTo(Admission.ADMITTED);
        assertThat(slots.enter(ONE)).isEqualTo(Admission.ADMITTED);
        assertThat(slots.enter(ONE)).isEqualTo(Admission.HAS_ENOUGH);
        assertThat(slots.enter(OTHER)).isEqualTo(Admission.ADMITTED);
        assertThat(slots.enter(OTHER)).isEqualTo(Admission.ADMITTED);
        assertThat(slots.enter(THIRD)).isEqualTo(Admission.FULL);

        slots.leave(ONE);

        assertThat(slots.enter(OTHER)).isEqualTo(Admission.HAS_ENOUGH);
        assertThat(slots.enter(THIRD)).isEqualTo(Admission.ADMITTED);
        assertThat(slots.enter(ONE)).isEqualTo(Admission.FULL);
    }
}
