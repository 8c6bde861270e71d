package com.promptmanage.service.outbox;

import static com.promptmanage.service.outbox.OutboxStand.atOnce;
import static com.promptmanage.service.outbox.OutboxStand.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.testkit.Await;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What makes a relay look into the outbox. */
// A relay does its work without being spoken to.
@SuppressWarnings("try")
class OutboxWakeTest {

    /** Longer than any test waits. */
    private static final Duration NEVER = Duration.ofMinutes(10);

    private final OutboxStand stand = new OutboxStand();

    @AfterEach
    void close() {
        stand.close();
    }

    /** By itself it does not look before the test is over. */
    @Test
    void theNoticeOfACommitWakesItHoweverLongItWasQuiet() throws Exception {
        stand.kafka().createTopics(1, stand.topic());
        OutboxRelay relay = stand.relay(new OutboxRelay.Pace(NEVER, NEVER, Duration.ZERO));
        for (int i = 0; i < 20; i++) {
            stand.append(Integer.toString(i));
            Await.until(() -> assertThat(stand.waiting()).isZero());
            // Who commits sooner after another gives no notice.
            Thread.sleep(10);
        }

        // It heeds nothing else either.
        var closing = atOnce(relay::close);
        Await.until(() -> {
            stand.append("wake");
            assertThat(closing).isDone();
        });
    }

    @Test
    void aCommitWithoutANoticeIsFoundSoonAfterThereWasSomething() throws Exception {
        stand.kafka().createTopics(1, stand.topic());
        var soon = OutboxRelay.Pace.USUAL.whenBusy();
        try (var relay = stand.relay(new OutboxRelay.Pace(soon, NEVER, NEVER))) {
            stand.append("something");
            Await.until(() -> assertThat(stand.waiting()).isZero());

            stand.database()
                    .useAsSystem(handle -> handle.execute(
                            "INSERT INTO outbox (topic, record_key, record_value) VALUES (?, ?, ?)",
                            stand.topic(),
                            bytes("a"),
                            bytes("without a notice")));

            Await.until(() -> assertThat(stand.waiting()).isZero());
            assertThat(soon).isLessThan(Duration.ofMillis(100));
        }
    }
}
