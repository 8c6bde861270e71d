package com.promptmanage.runner.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.model.AnswerCache.Kept;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.testkit.ManualClock;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnswerTableTest {

    private static final Account ACME = Account.team("acme");

    private static final String QUESTION = "a".repeat(64);

    private static final Duration HOUR = Duration.ofHours(1);

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-25T12:00:00Z"));

    private final Database database = Database.open(
            DatabaseSettings.of(MigratedDatabase.url(), "of-the-tests").withConnectionsMax(2));

    private final AnswerTable answers = new AnswerTable(database, clock);

    @AfterAll
    void close() {
        database.close();
    }

    @Test
    void anAnswerIsGivenAgainWholeToItsAccountAloneAsLongAsItIsYoungEnough() {
        Kept kept = kept("a \"poem\"\nof two lines");
        answers.keep(ACME, QUESTION, kept, HOUR);

        assertThat(answers.find(ACME, QUESTION, HOUR)).contains(kept);
        assertThat(answers.find(Account.team("other"), QUESTION, HOUR)).isEmpty();
        assertThat(answers.find(ACME, "b".repeat(64), HOUR)).isEmpty();
        clock.advance(Duration.ofMinutes(30));
        assertThat(answers.find(ACME, QUESTION, Duration.ofMinutes(10)))
                .as("who wants a younger one")
                .isEmpty();
        clock.advance(Duration.ofMinutes(31));
        assertThat(answers.find(ACME, QUESTION, Duration.ofDays(1)))
                .as("over its time")
                .isEmpty();
    }

    @Test
    void whatIsGivenAgainIsToTheCharacterWhatCame() {
        Kept kept = kept("{\"b\": 1.0, \"a\": 1e400, \"a\": 2}\n\0 \uD800 \uD83D\uDE00 \\u0000");

        answers.keep(ACME, "d".repeat(64), kept, HOUR);

        assertThat(answers.find(ACME, "d".repeat(64), HOUR)).contains(kept);
    }

    @Test
    void aLaterAnswerTakesItsPlaceAndOneThatIsTooLargeDoesNot() {
        String question = "c".repeat(64);
        answers.keep(ACME, question, kept("one"), HOUR);
        answers.keep(ACME, question, kept("two"), HOUR);
        answers.keep(ACME, question, kept("x".repeat(200_001)), HOUR);

        assertThat(answers.find(ACME, question, HOUR)).contains(kept("two"));
    }

    private static Kept kept(String text) {
        return new Kept(
                new ModelAnswer(text, "gpt-4o-mini", "openai", "stop", false),
                new CallUsage(
                        "openai",
                        "gpt-4o-mini",
                        TokenCounts.ofInputOutput(100, 20).with(TokenKind.REASONING, 7),
                        Instant.parse("2026-11-25T11:59:00Z"),
                        Duration.ofMillis(5),
                        null,
                        "req_1",
                        false));
    }
}
