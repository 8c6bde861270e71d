package com.promptmanage.local.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.local.command.Arguments.BadArgumentsException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

    @Test
    void readsValuesInBothFormsFlagsAndPlainArguments() {
        Arguments arguments = read("trace.csv", "--times", "3", "--speed=2.5", "--shuffle");

        assertThat(arguments.only("trace")).isEqualTo("trace.csv");
        assertThat(arguments.integer("--times", 1, 1, 10)).isEqualTo(3);
        assertThat(arguments.positive("--speed", 1)).isEqualTo(2.5);
        assertThat(arguments.has("--shuffle")).isTrue();
        assertThat(arguments.text("--data")).isEmpty();
        arguments.check();
    }

    @Test
    void tellsEverythingWrongAtOnce() {
        Arguments arguments = read("a.csv", "b.csv", "--tims", "--times", "eleven", "--speed", "0", "--data");

        arguments.only("trace");
        arguments.integer("--times", 1, 1, 10);
        arguments.positive("--speed", 1);

        assertThatThrownBy(arguments::check)
                .isInstanceOf(BadArgumentsException.class)
                .hasMessage("""
                        --tims is not an option; see --help
                        --data needs a value
                        give one trace, not [a.csv, b.csv]
                        --times takes an integer from 1 to 10, not 'eleven'
                        --speed takes a number above 0, not '0'""");
    }

    private static Arguments read(String... arguments) {
        return new Arguments(List.of(arguments), Set.of("--times", "--speed", "--data"), Set.of("--shuffle"));
    }
}
