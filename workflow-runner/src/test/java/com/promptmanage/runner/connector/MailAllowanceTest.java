package com.promptmanage.runner.connector;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.topics.account.Account;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MailAllowanceTest {

    private final DatabaseSettings settings =
            DatabaseSettings.of(MigratedDatabase.url(), "of-the-tests").withConnectionsMax(2);

    private final Database database = Database.open(settings);

    private final MailAllowance allowance = new MailAllowance(database);

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void anAccountWritesToSoManyPeopleADayAndNoMore() {
        for (int i = 0; i < MailAllowance.RECIPIENTS_A_DAY / 20; i++) {
            assertThat(allowance.take(TestPlaces.ACCOUNT, 20)).isPresent();
        }

        assertThat(allowance.take(TestPlaces.ACCOUNT, 1)).isEmpty();
        assertThat(allowance.take(Account.user("another"), 1)).isPresent();
        aDayPasses();
        assertThat(allowance.take(TestPlaces.ACCOUNT, 20)).isPresent();
        for (int i = 1; i < MailAllowance.RECIPIENTS_A_DAY / 20; i++) {
            assertThat(allowance.take(TestPlaces.ACCOUNT, 20)).isPresent();
        }
        assertThat(allowance.take(TestPlaces.ACCOUNT, 1)).as("of the new day").isEmpty();
    }

    @Test
    void whatIsRefusedUsesNothing() {
        assertThat(allowance.take(TestPlaces.ACCOUNT, MailAllowance.RECIPIENTS_A_DAY - 10))
                .isPresent();

        assertThat(allowance.take(TestPlaces.ACCOUNT, 20)).isEmpty();
        assertThat(allowance.take(TestPlaces.ACCOUNT, 10)).isPresent();
        assertThat(allowance.take(TestPlaces.ACCOUNT, 1)).isEmpty();
    }

    @Test
    void whoCountedYesterdayAndComesLateBeginsNoDayAnew() {
        assertThat(allowance.take(TestPlaces.ACCOUNT, MailAllowance.RECIPIENTS_A_DAY))
                .isPresent();
        database.useAsSystem(handle -> handle.execute("UPDATE mail_counts SET day = day + 1"));

        assertThat(allowance.take(TestPlaces.ACCOUNT, 1)).isEmpty();
    }

    @Test
    void whatIsGivenBackIsThereAgainAndNothingMore() {
        LocalDate day = allowance
                .take(TestPlaces.ACCOUNT, MailAllowance.RECIPIENTS_A_DAY)
                .orElseThrow();

        allowance.giveBack(TestPlaces.ACCOUNT, day, MailAllowance.RECIPIENTS_A_DAY);
        allowance.giveBack(TestPlaces.ACCOUNT, day, 20);
        assertThat(allowance.take(TestPlaces.ACCOUNT, MailAllowance.RECIPIENTS_A_DAY))
                .hasValue(day);
        assertThat(allowance.take(TestPlaces.ACCOUNT, 1)).isEmpty();
        allowance.giveBack(TestPlaces.ACCOUNT, day.minusDays(1), 20);
        assertThat(allowance.take(TestPlaces.ACCOUNT, 1))
                .as("of the day before")
                .isEmpty();
    }

    /** Else an account could find out which addresses there are, without an end. */
    @Test
    void whatIsRefusedForGoodIsGivenBackForSoManyPeopleADay() {
        for (int i = 0; i < MailAllowance.REFUSED_A_DAY / 20; i++) {
            allowance.giveBackRefused(TestPlaces.ACCOUNT, taken(20), 20);
        }

        LocalDate day = taken(MailAllowance.RECIPIENTS_A_DAY);
        allowance.giveBackRefused(TestPlaces.ACCOUNT, day, 20);
        assertThat(allowance.take(TestPlaces.ACCOUNT, 1)).isEmpty();
        allowance.giveBack(TestPlaces.ACCOUNT, day, 20);
        assertThat(allowance.take(TestPlaces.ACCOUNT, 20))
                .as("of a server that was away")
                .isPresent();

        aDayPasses();
        allowance.giveBackRefused(TestPlaces.ACCOUNT, taken(20), 20);
        assertThat(allowance.take(TestPlaces.ACCOUNT, MailAllowance.RECIPIENTS_A_DAY))
                .isPresent();
    }

    private LocalDate taken(int recipients) {
        return allowance.take(TestPlaces.ACCOUNT, recipients).orElseThrow();
    }

    @Test
    void severalProcessesTogetherSendNoMoreThanOneAndOneThatIsStartedAnewForgetsNothing() throws Exception {
        int taken = 0;
        try (Database another = Database.open(settings);
                var threads = Executors.newFixedThreadPool(4)) {
            var both = List.of(allowance, new MailAllowance(another));
            List<Callable<Boolean>> takes = IntStream.range(0, 60)
                    .<Callable<Boolean>>mapToObj(i ->
                            () -> both.get(i % 2).take(TestPlaces.ACCOUNT, 20).isPresent())
                    .toList();
            for (Future<Boolean> take : threads.invokeAll(takes)) {
                taken += take.get() ? 1 : 0;
            }
        }

        assertThat(taken).isEqualTo(MailAllowance.RECIPIENTS_A_DAY / 20);
        assertThat(new MailAllowance(database).take(TestPlaces.ACCOUNT, 1)).isEmpty();
    }

    private void aDayPasses() {
        database.useAsSystem(handle -> handle.execute("UPDATE mail_counts SET day = day - 1"));
    }
}
