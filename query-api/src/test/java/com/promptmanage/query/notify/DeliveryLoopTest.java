package com.promptmanage.query.notify;

import static com.promptmanage.query.notify.DeliveryStand.alert;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.testkit.FailingClock;
import com.promptmanage.topics.budget.Severity;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class DeliveryLoopTest {

    @AutoClose
    private final DeliveryStand stand = new DeliveryStand();

    @Test
    void alertsAreDeliveredAfterErrorsThatTheThreadOutlives() throws Exception {
        NotifyingApi api = stand.api();
        JsonNode channel = api.channel("webhook", stand.hook().url("/"));
        var clock = new FailingClock(
                api.api().clock(), "deliveries", new StackOverflowError(), new NoClassDefFoundError("for now"));
        api.deliver(clock);

        api.raise(alert("a1", Severity.WARNING));

        stand.awaitDelivered(channel, 1);
        assertThat(clock.left()).isZero();
    }
}
