package com.promptmanage.ingest.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Role;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.service.secret.UnreadableSecretException;
import com.promptmanage.service.settings.Settings;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProviderKeysTest {

    private static final Account ACME = Account.team("acme");

    private static final Caller OWNER =
            new Caller.Person("ann", "ann@example.com", "Ann", "ses_1", Map.of("acme", Role.OWNER));

    private static final Actor ANN = new Actor("person", "ann", "Ann", "203.0.113.1", null);

    private final Database database =
            Database.open(DatabaseSettings.of(EmbeddedPostgres.shared().createDatabase(), "of-the-tests")
                    .withConnectionsMax(2));

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void anOldKeyMayGoOnceAllIsEncryptedAnewAndOneThatCannotBeReadHoldsUpNoOther() {
        put(with("lost"), Provider.ANTHROPIC, "sk-of-a-key-that-is-lost");
        put(with("old"), Provider.OPENAI, "sk-of-the-old-key-000000");
        put(with("new"), Provider.GEMINI, "sk-of-the-new-key-000000");

        with("new", "old").sealAnew();

        ProviderKeys now = with("new");
        assertThat(now.find(ACME, Provider.OPENAI, "key_1")).hasValue("sk-of-the-old-key-000000");
        assertThat(now.find(ACME, Provider.GEMINI, "key_1")).hasValue("sk-of-the-new-key-000000");
        assertThatThrownBy(() -> now.find(ACME, Provider.ANTHROPIC, "key_1"))
                .isInstanceOf(UnreadableSecretException.class);
        assertThat(with("lost").find(ACME, Provider.ANTHROPIC, "key_1")).hasValue("sk-of-a-key-that-is-lost");
    }

    @Test
    void aKeyThatIsReplacedOrRemovedIsLoggedWithWhatItWas() {
        ProviderKeys keys = with("k");
        put(keys, Provider.OPENAI, "sk-the-first-of-two-1111");
        put(keys, Provider.OPENAI, "sk-the-second-of-two-2222");
        keys.remove(OWNER, ACME, Provider.OPENAI, ANN);

        assertThat(database.<List<String>, RuntimeException>asSystem(
                        handle -> handle.createQuery("""
                                SELECT concat_ws(' ', action, actor_id, address, coalesce(old_values ->> 'ending', '-'),
                                                 coalesce(new_values ->> 'ending', '-'))
                                FROM audit_log ORDER BY id
                                """).mapTo(String.class).list()))
                .containsExactly(
                        "provider_key_set ann 203.0.113.1 - 1111",
                        "provider_key_set ann 203.0.113.1 1111 2222",
                        "provider_key_removed ann 203.0.113.1 2222 -");
    }

    private static void put(ProviderKeys keys, Provider provider, String key) {
        keys.put(OWNER, ACME, provider, new ProviderKeys.Draft(key, List.of(), true), ANN);
    }

    /** A process with these keys, of which the first encrypts. */
    private ProviderKeys with(String... keys) {
        String given = Arrays.stream(keys)
                .map(id -> id + ":"
                        + Base64.getEncoder().encodeToString(Arrays.copyOf(id.getBytes(StandardCharsets.UTF_8), 32)))
                .collect(Collectors.joining(","));
        return new ProviderKeys(
                database,
                new SecretBox(SecretKeys.from(new Settings("PM_", Map.of("PM_SECRET_KEYS", given)))),
                Clock.systemUTC());
    }
}
