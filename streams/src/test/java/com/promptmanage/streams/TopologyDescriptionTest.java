package com.promptmanage.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TopologyDescriptionTest {

    /** A name that changes here is a changelog topic that would be left behind with its state. */
    @Test
    void theTopologyIsTheOneThatIsCheckedIn() throws IOException {
        try (var metering = new MeteringDriver(Instant.EPOCH);
                var checkedIn = requireNonNull(getClass().getResourceAsStream("topology.txt"))) {
            assertThat(metering.description().strip()).isEqualTo(new String(checkedIn.readAllBytes(), UTF_8).strip());
        }
    }
}
