package com.promptmanage.runner.trigger;

import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.secret.UnreadableSecretException;
import com.promptmanage.topics.account.Account;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What callers of a workflow's hook sign with. Sealed at rest; told once, when it is made. */
public final class HookSecrets {

    private static final Logger LOGGER = LoggerFactory.getLogger(HookSecrets.class);

    private static final int SECRET_BYTES = 32;

    private final Database database;

    private final Seal seal;

    private final Clock clock;

    private final SecureRandom random = new SecureRandom();

    /** Encrypts texts, each bound to the place that it is kept at. */
    public interface Seal {

        String seal(String plain, String place);

        String open(String closed, String place);

        /** Whether it is encrypted with another key than what is sealed now. */
        boolean isOld(String closed);
    }

    public HookSecrets(Database database, Seal seal, Clock clock) {
        this.database = database;
        this.seal = seal;
        this.clock = clock;
    }

    /** Makes a new one. The one before is good until the next is made, so that senders can change over. */
    public String rotate(Scope scope, Account account, String workflowId, Actor actor) {
        var bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = "whsec_" + Base64.getEncoder().encodeToString(bytes);
        database.useTransaction(scope, handle -> {
            Instant now = clock.instant();
            handle.createUpdate("""
                            INSERT INTO workflow_hooks (workflow_id, account, secret, changed_at)
                            VALUES (:id, :account, :secret, :now)
                            ON CONFLICT (workflow_id) DO UPDATE
                            SET previous = workflow_hooks.secret, secret = excluded.secret,
                                changed_at = excluded.changed_at
                            """)
                    .bind("id", workflowId)
                    .bind("account", account.value())
                    .bind("secret", seal.seal(secret, place(workflowId)))
                    .bind("now", now.atOffset(ZoneOffset.UTC))
                    .execute();
            AuditLog.append(
                    handle,
                    actor,
                    now,
                    new AuditEntry(account, "hook_secret_rotated", "workflow", workflowId, null, null));
        });
        return secret;
    }

    /**
     * Those that are good now; none if the workflow has no hook, or is not there. One that cannot be read is left out beside one
     * that can: or making a new one would not help whoever has lost the key of the old.
     *
     * @throws UnreadableSecretException if none of them can be read
     */
    public List<String> of(String workflowId) {
        var good = new ArrayList<String>();
        @Nullable UnreadableSecretException lost = null;
        for (String one : sealed(workflowId)) {
            try {
                good.add(seal.open(one, place(workflowId)));
            } catch (UnreadableSecretException e) {
                lost = e;
            }
        }
        if (good.isEmpty() && lost != null) {
            throw lost;
        }
        return List.copyOf(good);
    }

    private List<String> sealed(String workflowId) {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT h.secret, h.previous FROM workflow_hooks h
                        JOIN workflows w ON w.id = h.workflow_id AND w.deleted_at IS NULL
                        WHERE h.workflow_id = :id
                        """)
                .bind("id", workflowId)
                .map((row, ctx) -> Stream.of(row.getString("secret"), row.getString("previous"))
                        .filter(Objects::nonNull)
                        .toList())
                .findOne()
                .orElse(List.of()));
    }

    /** Encrypts with the key of now what is encrypted with an older one, so that the older one may go. */
    public void sealAnew() {
        List<Sealed> all = database.asSystem(
                handle -> handle.createQuery("SELECT workflow_id, secret, previous FROM workflow_hooks")
                        .map((row, ctx) -> new Sealed(
                                row.getString("workflow_id"), row.getString("secret"), row.getString("previous")))
                        .list());
        all.stream().filter(this::isOld).forEach(this::sealAnew);
    }

    private record Sealed(
            String workflowId, String secret, @Nullable String previous) {}

    private boolean isOld(Sealed one) {
        return seal.isOld(one.secret()) || (one.previous() != null && seal.isOld(one.previous()));
    }

    /** Unless it has been changed in between: then it is sealed with the right key already. */
    private void sealAnew(Sealed old) {
        String place = place(old.workflowId());
        try {
            String secret = seal.seal(seal.open(old.secret(), place), place);
            @Nullable String previous = old.previous() == null ? null : anewIfReadable(old.previous(), place);
            database.useAsSystem(handle -> handle.createUpdate("""
                            UPDATE workflow_hooks SET secret = :secret, previous = :previous
                            WHERE workflow_id = :id AND secret = :old
                            """)
                    .bind("id", old.workflowId())
                    .bind("secret", secret)
                    .bind("previous", previous)
                    .bind("old", old.secret())
                    .execute());
        } catch (UnreadableSecretException e) {
            // Who calls that hook is refused; the others must not go without because of it.
            LOGGER.atError().addKeyValue("cause", e.getMessage()).log("a hook's secret cannot be read any more");
        }
    }

    /** What cannot be read stays as it is, until the next one takes its place. */
    private String anewIfReadable(String sealed, String place) {
        try {
            return seal.seal(seal.open(sealed, place), place);
        } catch (UnreadableSecretException e) {
            LOGGER.atWarn().addKeyValue("cause", e.getMessage()).log("a hook's former secret cannot be read any more");
            return sealed;
        }
    }

    private static String place(String workflowId) {
        return "workflow_hooks/" + workflowId;
    }
}
