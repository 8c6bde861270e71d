package com.promptmanage.ingest.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.Role;
import com.promptmanage.topics.account.Account;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayerTest {

    private static final Map<String, Caller> CALLERS = Map.of(
            "acme's key", key(Account.team("acme"), false),
            "bob's key", key(Account.user("bob"), false),
            "gateway", key(Account.team("demo"), true),
            "bob", new Caller.Person("bob", "bob@example.com", "Bob", "s1", Map.of("acme", Role.VIEWER)));

    @ParameterizedTest(name = "{0}, team {1}, user {2}, subject {3}")
    @CsvSource(delimiter = '|', textBlock = """
            # who       | team | user | subject    | account   | user  | end user   | may
            acme's key  |      |      |            | team:acme | key_1 |            | true
            acme's key  |      | ann  |            | team:acme | ann   |            | true
            acme's key  |      |      | customer-1 | team:acme | customer-1 | customer-1 | true
            acme's key  |      | ann  | customer-1 | team:acme | ann   | customer-1 | true
            acme's key  |      |      | user:ann   | team:acme | ann   | ann        | true
            acme's key  |      |      | team:acme  | team:acme | key_1 |            | true
            acme's key  |      |      | team:blue  | team:blue | key_1 |            | false
            acme's key  | acme | ann  | team:blue  | team:acme | ann   |            | true
            acme's key  | blue | ann  |            | team:blue | ann   |            | false
            bob's key   |      |      |            | user:bob  | bob   |            | true
            bob's key   |      | bob  |            | user:bob  | bob   |            | true
            bob's key   |      | ann  |            | user:bob  | ann   |            | false
            bob's key   |      |      | user:ann   | user:bob  | ann   | ann        | false
            bob's key   |      |      | customer-1 | user:bob  | bob   | customer-1 | true
            bob's key   | acme | bob  |            | team:acme | bob   |            | false
            gateway     |      |      |            | team:demo | key_1 |            | true
            gateway     |      | ann  |            | user:ann  | ann   |            | true
            gateway     |      |      | user:ann   | user:ann  | ann   |            | true
            gateway     |      |      | team:blue  | team:blue | key_1 |            | true
            gateway     |      | ann  | team:blue  | team:blue | ann   |            | true
            gateway     | blue |      | user:ann   | team:blue | ann   | ann        | true
            gateway     | blue |      | customer-1 | team:blue | customer-1 | customer-1 | true
            bob         |      |      |            | user:bob  | bob   |            | true
            bob         | acme |      |            | team:acme | bob   |            | true
            bob         | acme |      | customer-1 | team:acme | bob   | customer-1 | true
            bob         | acme | ann  |            | team:acme | ann   |            | false
            bob         | blue |      |            | team:blue | bob   |            | false
            bob         |      | ann  |            | user:bob  | ann   |            | false
            """)
    void thePayerIsFoundAndAllowedOrNot(
            String who,
            @Nullable String team,
            @Nullable String user,
            @Nullable String subject,
            String account,
            String userId,
            @Nullable String endUser,
            boolean may) {
        Caller caller = CALLERS.getOrDefault(who, key(Account.team("none"), false));

        Payer payer = Payer.of(caller, new Named(team, user, subject));

        assertThat(payer).isEqualTo(new Payer(new Account(account), userId, endUser));
        assertThat(payer.isAllowedFor(caller)).isEqualTo(may);
    }

    private static Caller.Key key(Account account, boolean speaksForOthers) {
        return new Caller.Key("key_1", account, Set.of(KeyScope.INGEST), speaksForOthers);
    }
}
