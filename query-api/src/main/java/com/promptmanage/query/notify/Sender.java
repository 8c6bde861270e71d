package com.promptmanage.query.notify;

import com.promptmanage.query.notify.Outcome.End;
import com.promptmanage.service.mail.MailException;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.mail.Sent;
import com.promptmanage.service.outbound.Call;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundException;
import com.promptmanage.service.outbound.Reply;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sends one message to one destination, once, and says how that ended. Safe for use by several threads. */
final class Sender {

    /** Well within a lease. */
    static final Duration CALL_MAX = Duration.ofSeconds(15);

    private static final int ANSWER_BYTES_MAX = 64 << 10;

    private static final Duration WAIT_MAX = Duration.ofHours(24);

    /** What Slack and Teams answer once a webhook or its channel was removed. */
    private static final Set<Integer> CHAT_GONE = Set.of(404, 410);

    private static final Set<Integer> GONE = Set.of(410);

    private final Outbound outbound;

    private final Optional<Mailer> mailer;

    private final Optional<URI> dashboard;

    private final Clock clock;

    /** @param dashboard where people find more; empty if nobody has said */
    Sender(Outbound outbound, Optional<Mailer> mailer, Optional<URI> dashboard, Clock clock) {
        this.outbound = outbound;
        this.mailer = mailer;
        this.dashboard = dashboard;
        this.clock = clock;
    }

    boolean sendsMail() {
        return mailer.isPresent();
    }

    /** To all that the destination names. */
    Outcome send(String channelId, Destination destination, Message message) {
        return send(channelId, destination, message, List.of());
    }

    /** @param mailed addresses that have it already, by an attempt that did not reach the others */
    Outcome send(String channelId, Destination destination, Message message, List<String> mailed) {
        return switch (destination) {
            case Destination.Webhook webhook ->
                post(signed(webhook, message, WebhookBody.of(message, webhook.format())), GONE);
            case Destination.Slack slack -> post(call(slack.url(), ChatBody.slack(message, dashboard)), CHAT_GONE);
            case Destination.Teams teams -> post(call(teams.url(), ChatBody.teams(message, dashboard)), CHAT_GONE);
            case Destination.Email email -> mail(channelId, without(mailed, email), message);
            // Another process may have the key, or be given it.
            case Destination.Unreadable unreadable ->
                new Outcome(End.RETRY, null, Destination.Unreadable.PROBLEM, null, Duration.ZERO);
        };
    }

    private Call signed(Destination.Webhook webhook, Message message, byte[] body) {
        var now = clock.instant();
        return call(webhook.url(), body)
                .withHeader("webhook-id", message.id())
                .withHeader("webhook-timestamp", Long.toString(now.getEpochSecond()))
                .withHeader("webhook-signature", SigningSecret.signatures(webhook.secrets(), message.id(), now, body));
    }

    private static Call call(String url, byte[] body) {
        return Call.post(URI.create(url), "application/json", body)
                .withTotalMax(CALL_MAX)
                .withResponseBytesMax(ANSWER_BYTES_MAX);
    }

    private Outcome post(Call call, Set<Integer> gone) {
        long startedNanos = System.nanoTime();
        try {
            Reply reply = outbound.send(call);
            int status = reply.status();
            End end = status >= 200 && status < 300 ? End.DELIVERED : gone.contains(status) ? End.GONE : End.RETRY;
            return new Outcome(end, status, reply.text(), waitOf(reply.header("Retry-After")), since(startedNanos));
        } catch (OutboundException e) {
            // An answer that is too long or breaks off is one whose status we do not know.
            return new Outcome(End.RETRY, null, String.valueOf(e.getMessage()), null, since(startedNanos));
        }
    }

    private static List<String> without(List<String> mailed, Destination.Email email) {
        return email.to().stream().filter(address -> !mailed.contains(address)).toList();
    }

    private Outcome mail(String channelId, List<String> to, Message message) {
        long startedNanos = System.nanoTime();
        if (mailer.isEmpty()) {
            return new Outcome(End.RETRY, null, "the operator has set up no mail server", null, since(startedNanos));
        }
        if (to.isEmpty()) {
            return new Outcome(End.DELIVERED, null, "each of its addresses has it", null, since(startedNanos));
        }
        try {
            Sent sent = mailer.get().sendToWhomItCan(AlertMail.of(message, channelId, to, dashboard));
            if (sent.refused().isEmpty()) {
                return new Outcome(End.DELIVERED, null, "taken by the mail server", null, since(startedNanos));
            }
            return new Outcome(
                    sent.isWorthAnotherAttempt() ? End.RETRY : End.REFUSED,
                    null,
                    sent.problem(),
                    null,
                    since(startedNanos),
                    sent.reached());
        } catch (MailException e) {
            return new Outcome(
                    e.isPermanent() ? End.REFUSED : End.RETRY,
                    null,
                    String.valueOf(e.getMessage()),
                    null,
                    since(startedNanos));
        }
    }

    /** Only in seconds; what names a date is taken for not said. */
    private static @Nullable Duration waitOf(Optional<String> retryAfter) {
        return retryAfter
                .filter(text -> text.matches("\\d{1,9}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .map(wait -> wait.compareTo(WAIT_MAX) < 0 ? wait : WAIT_MAX)
                .orElse(null);
    }

    private static Duration since(long startedNanos) {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }
}
