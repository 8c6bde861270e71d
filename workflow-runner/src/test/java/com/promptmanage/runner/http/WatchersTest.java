package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.http.Watchers.Admission;
import org.junit.jupiter.api.Test;

class WatchersTest {

    private final Watchers watchers = new Watchers(3, 2);

    @Test
    void nobodyTakesThePlacesOfAllOthers() {
        assertThat(watchers.enter("greedy")).isEqualTo(Admission.ADMITTED);
        assertThat(watchers.enter("greedy")).isEqualTo(Admission.ADMITTED);

        assertThat(watchers.enter("greedy")).isEqualTo(Admission.HAS_ENOUGH);
        assertThat(watchers.enter("other")).isEqualTo(Admission.ADMITTED);
        assertThat(watchers.enter("third")).isEqualTo(Admission.FULL);
    }

    @Test
    void whoeverLeavesMakesRoomForThemselvesAndForOthers() {
        watchers.enter("one");
        watchers.enter("one");
        watchers.enter("other");

        watchers.leave("one");

        assertThat(watchers.enter("third")).isEqualTo(Admission.ADMITTED);
        watchers.leave("other");
        assertThat(watchers.enter("one")).isEqualTo(Admission.ADMITTED);
        assertThat(watchers.enter("one")).isEqualTo(Admission.HAS_ENOUGH);
    }
}
