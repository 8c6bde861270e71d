package com.promptmanage.topics.money;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownUsdTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0                    | $0.00
                    2467993050           | $2.47
                    305000000            | $0.31
                    99999999             | $0.10
                    4059199              | $0.00406
                    750000               | $0.00075
                    1                    | $0.000000001
                    -1500000000          | -$1.50
                    1234567890000000000  | $1,234,567,890.00
                    -9223372036854775808 | -$9,223,372,036.85
                    """)
    void amountsAreShownAsThePagesShowThem(long nanoUsd, String shown) {
        assertThat(ShownUsd.of(nanoUsd)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1000200000    | 1000000000    | $1.0002
                    1000000000    | 1000000000    | $1.00
                    996000000     | 1000000000    | $0.996
                    750000        | 500000        | $0.00075
                    22500000001   | 30000000000   | $22.50
                    1500004000000 | 1500000000000 | $1,500.00
                    1             | 1             | $0.000000001
                    0             | 1000000000    | $0.00
                    """)
    void besideAnotherAmountAnAmountIsAsFineAsItsShare(long nanoUsd, long wholeNanoUsd, String shown) {
        assertThat(ShownUsd.of(nanoUsd, wholeNanoUsd)).isEqualTo(shown);
    }
}
