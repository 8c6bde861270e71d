package com.promptmanage.runner.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.work.RunningEngine;
import com.promptmanage.runner.work.Workflow;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.service.secret.UnreadableSecretException;
import com.promptmanage.service.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HookSecretsTest {

    private final Database database = Database.open(
            DatabaseSettings.of(MigratedDatabase.url(), "of-the-tests").withConnectionsMax(2));

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void anOldKeyMayGoOnceEverySecretIsEncryptedAnewAndOneThatCannotBeReadHoldsUpNoOther() {
        String lost = workflow();
        with("lost").rotate(Scope.EVERYONE, RunningEngine.TEAM, lost, Actor.SYSTEM);
        String changed = workflow();
        String previous = with("old").rotate(Scope.EVERYONE, RunningEngine.TEAM, changed, Actor.SYSTEM);
        String secret = with("old").rotate(Scope.EVERYONE, RunningEngine.TEAM, changed, Actor.SYSTEM);

        with("new", "old").sealAnew();

        assertThat(with("new").of(changed)).containsExactly(secret, previous);
        assertThatThrownBy(() -> with("old").of(changed)).isInstanceOf(UnreadableSecretException.class);
        assertThat(with("lost").of(lost)).hasSize(1);
    }

    @Test
    void whoeverHasLostTheKeyMakesANewSecretAndThatIsGood() {
        String workflow = workflow();
        with("lost").rotate(Scope.EVERYONE, RunningEngine.TEAM, workflow, Actor.SYSTEM);

        String secret = with("new").rotate(Scope.EVERYONE, RunningEngine.TEAM, workflow, Actor.SYSTEM);

        assertThat(with("new").of(workflow)).containsExactly(secret);
        with("newer", "new").sealAnew();
        assertThat(with("newer").of(workflow)).containsExactly(secret);
    }

    private String workflow() {
        return RunningEngine.add(database, Workflow.of(Workflow.step("only")).definition(), 1);
    }

    /** A process with these keys, of which the first encrypts. */
    private HookSecrets with(String... keys) {
        String given = Arrays.stream(keys)
                .map(id -> id + ":"
                        + Base64.getEncoder().encodeToString(Arrays.copyOf(id.getBytes(StandardCharsets.UTF_8), 32)))
                .collect(Collectors.joining(","));
        var box = new SecretBox(SecretKeys.from(new Settings("PM_", Map.of("PM_SECRET_KEYS", given))));
        return new HookSecrets(
                database,
                new HookSecrets.Seal() {
                    @Override
                    public String seal(String plain, String place) {
                        return box.seal(place, plain);
                    }

                    @Override
                    public String open(String closed, String place) {
                        return box.open(place, closed);
                    }

                    @Override
                    public boolean isOld(String closed) {
                        return box.isOld(closed);
                    }
                },
                Clock.systemUTC());
    }
}
