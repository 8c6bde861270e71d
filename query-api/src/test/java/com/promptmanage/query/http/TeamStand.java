package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.team.InvitationMail;
import com.promptmanage.service.access.AccessSettings;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.settings.AccountSettingsCodec;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A server with the routes about people for one test class, and the mails that it sends. */
final class TeamStand implements AfterAllCallback {

    private static final Instant NOW = Instant.parse("2026-11-16T12:00:00Z");

    private final ConcurrentLinkedQueue<InvitationMail.Message> mails = new ConcurrentLinkedQueue<>();

    private final TestApi api = TestApi.start(
            NOW,
            AccessSettings.DEFAULTS.withTiersEnforced(true),
            parts -> TestRoutes.people(parts, this::take, Optional.of(URI.create("https://pm.example.com"))));

    private final AtomicInteger numbers = new AtomicInteger();

    private boolean mailWorks = true;

    TestApi api() {
        return api;
    }

    /** Those that have come since the last new team. */
    Queue<InvitationMail.Message> mails() {
        return mails;
    }

    /** Until there is a new team. */
    void breakMail() {
        mailWorks = false;
    }

    /** One of an unlimited tier, for a test of its own. */
    TestTeam newTeam() {
        mailWorks = true;
        mails.clear();
        var team = new TestTeam(api, "team" + numbers.incrementAndGet());
        team.tier("enterprise");
        return team;
    }

    /** What waits to be sent to the metering, in order. */
    List<AccountSettings> published(Account account) {
        return api
                .database()
                .<List<byte[]>, RuntimeException>asSystem(handle -> handle.createQuery("""
                                SELECT record_value FROM outbox
                                WHERE topic = :topic AND record_key = convert_to(:key, 'UTF8') ORDER BY id
                                """)
                        .bind("topic", Topics.ACCOUNTS.name())
                        .bind("key", account.value())
                        .mapTo(byte[].class)
                        .list())
                .stream()
                .map(AccountSettingsCodec::read)
                .toList();
    }

    static String tokenOf(InvitationMail.Message mail) {
        assertThat(mail.link().toString()).startsWith("https://pm.example.com/invite/");
        return mail.link().getPath().substring("/invite/".length());
    }

    static <T> List<T> atOnce(List<Callable<T>> attempts) throws Exception {
        var start = new CyclicBarrier(attempts.size());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<T>>();
            for (Callable<T> attempt : attempts) {
                running.add(threads.submit(() -> {
                    start.await();
                    return attempt.call();
                }));
            }
            var results = new ArrayList<T>();
            for (Future<T> one : running) {
                results.add(one.get());
            }
            return results;
        }
    }

    private boolean take(InvitationMail.Message message) {
        if (!mailWorks) {
            throw new IllegalStateException("no mail server");
        }
        return mails.add(message);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        api.close();
    }
}
