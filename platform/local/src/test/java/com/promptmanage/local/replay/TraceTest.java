package com.promptmanage.local.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceTest {

    private static final String HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens\n";

    @Test
    void keepsEveryDigitOfTheTime() throws IOException {
        Trace trace = read(HEADER + "2023-11-16 18:15:46.6805900,374,44\n");

        assertThat(trace.request(0))
                .isEqualTo(new Trace.Request(0, Instant.parse("2023-11-16T18:15:46.6805900Z"), 374, 44));
    }

    @Test
    void takesTimesWithAnOffsetWithoutFractionAndBeforeTheEpoch() throws IOException {
        Trace trace = read(HEADER + """
                2024-05-10 00:00:00.009930+00:00,1,1
                2024-05-10 02:00:00+02:00,1,1
                2024-05-10 00:00:00,1,1
                1969-12-31 23:59:59.5,1,1
                """);

        assertThat(trace.request(0).at()).isEqualTo("2024-05-10T00:00:00.009930Z");
        assertThat(trace.request(1).at()).isEqualTo("2024-05-10T00:00:00Z");
        assertThat(trace.request(2).at()).isEqualTo("2024-05-10T00:00:00Z");
        assertThat(trace.request(3).at()).isEqualTo("1969-12-31T23:59:59.500Z");
    }

    @Test
    void findsItsColumnsByNameAmongOthersAndSumsThem() throws IOException {
        Trace trace = read("""
                Kind,GeneratedTokens,TIMESTAMP,ContextTokens\r
                a,44,2023-11-16 18:15:47.1,374\r
                b,109,2023-11-16 18:15:46.2,396\r
                \r
                """);

        assertThat(trace.size()).isEqualTo(2);
        assertThat(trace.contextTokens()).isEqualTo(770);
        assertThat(trace.generatedTokens()).isEqualTo(153);
        assertThat(trace.start()).isEqualTo("2023-11-16T18:15:46.200Z");
        assertThat(trace.end()).isEqualTo("2023-11-16T18:15:47.100Z");
    }

    @Test
    void isTheSameTraceUnderAnotherNameAndPacked() throws IOException {
        String csv = HEADER + "2023-11-16 18:15:46.6805900,374,44\n";
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(csv.getBytes(StandardCharsets.UTF_8));
        }

        Trace unpacked = Trace.read("other.csv.gz", new ByteArrayInputStream(packed.toByteArray()));

        assertThat(unpacked.fingerprint()).isEqualTo(read(csv).fingerprint());
        assertThat(read(csv + "2023-11-16 18:15:46.6805900,374,45\n").fingerprint())
                .isNotEqualTo(unpacked.fingerprint());
    }

    @ParameterizedTest(name = "{0} → {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    2023-11-16 18:15:46,374              | line 2 has 2 columns, the header 3
                    16/11/2023 18:15,374,44              | line 2 has '16/11/2023 18:15' for a time
                    2023-11-16 18:15:46,-1,44            | line 2 has '-1' for a number of tokens
                    2023-11-16 18:15:46,1,many           | line 2 has 'many' for a number of tokens
                    9999-11-16 18:15:46,1,1              | line 2 has '9999-11-16 18:15:46' for a time
                    ""                                   | there was no request
                    """)
    void saysWhichLineIsWrongAndHow(String line, String problem) {
        assertThatThrownBy(() -> read(HEADER + line))
                .isInstanceOf(BadTraceException.class)
                .hasMessageStartingWith("trace.csv: ")
                .hasMessageContaining(problem);
    }

    @Test
    void namesTheColumnThatItMisses() {
        assertThatThrownBy(() -> read("time,in,out\n"))
                .hasMessageContaining("lacks the column TIMESTAMP")
                .hasMessageContaining("ContextTokens and GeneratedTokens");
        assertThatThrownBy(() -> read("")).hasMessageContaining("lacks the column TIMESTAMP");
    }

    private static Trace read(String csv) throws IOException {
        return Trace.read("trace.csv", new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)));
    }
}
