package com.promptmanage.runner.connector;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.topics.account.Account;
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
            assertThat(allowance.take(TestPlaces.ACCOUNT, 20)).isTrue();
        }

        assertThat(allowance.take(TestPlaces.ACCOUNT, 1)).isFalse();
        assertThat(allowance.take(Account.user("another"), 1)).isTrue();
        aDayPasses();
        assertThat(allowance.take(TestPlaces.ACCOUNT, 20)).isTrue();
        for (int i = 1; i < MailAllowance.RECIPIENTS_A_DAY / 20; i++) {
            assertThat(allowance.take(TestPlaces.ACCOUNT, 20)).isTrue();
        }
        assertThat(allowance.take(TestPlaces.ACCOUNT, 1)).as("of the new day").isFalse();
    }

    @Test
    void whatIsRefusedUsesNothing() {
        assertThat(allowance.take(TestPlaces.ACCOUNT, MailAllowance.RECIPIENTS_A_DAY - 10))
                .isTrue();

        assertThat(allowance.take(TestPlaces.ACCOUNT, 20)).isFalse();
        assertThat(allowance.take(TestPlaces.ACCOUNT, 10)).isTrue();
        assertThat(allowance.take(TestPlaces.ACCOUNT, 1)).isFalse();
    }

    @Test
    void whoCountedYesterdayAndComesLateBeginsNoDayAnew() {
        allowance.take(TestPlaces.ACCOUNT, MailAllowance.RECIPIENTS_A_DAY);
        database.useAsSystem(handle -> handle.execute("UPDATE mail_counts SET day = day + 1"));

        assertThat(allowance.take(TestPlaces.ACCOUNT, 1)).isFalse();
    }

    @Test
    void severalProcessesTogetherSendNoMoreThanOneAndOneThatIsStartedAnewForgetsNothing() throws Exception {
        int taken = 0;
        try (Database another = Database.open(settings);
                var threads = Executors.newFixedThreadPool(4)) {
            var both = List.of(allowance, new MailAllowance(another));
            List<Callable<Boolean>> takes = IntStream.range(0, 60)
                    .<Callable<Boolean>>mapToObj(i -> () -> both.get(i % 2).take(TestPlaces.ACCOUNT, 20))
                    .toList();
            for (Future<Boolean> take : threads.invokeAll(takes)) {
                taken += take.get() ? 1 : 0;
            }
        }

        assertThat(taken).isEqualTo(MailAllowance.RECIPIENTS_A_DAY / 20);
        assertThat(new MailAllowance(database).take(TestPlaces.ACCOUNT, 1)).isFalse();
    }

    private void aDayPasses() {
        database.useAsSystem(handle -> handle.execute("UPDATE mail_counts SET day = day - 1"));
    }
}
