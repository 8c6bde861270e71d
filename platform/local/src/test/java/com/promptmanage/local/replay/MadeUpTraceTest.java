package com.promptmanage.local.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MadeUpTraceTest {

    @Test
    void theSampleIsWhatItsGeneratorMakes() throws IOException {
        assertThat(Files.readString(MadeUpTrace.SAMPLE)).isEqualTo(MadeUpTrace.sample());
    }

    @Test
    void theSampleShowsSomeWeeksOfTraffic() throws IOException {
        Trace sample = Trace.read(MadeUpTrace.SAMPLE);

        assertThat(sample.size()).isEqualTo(600);
        assertThat(Duration.between(sample.start(), sample.end())).isBetween(Duration.ofDays(14), Duration.ofDays(28));
    }
}
