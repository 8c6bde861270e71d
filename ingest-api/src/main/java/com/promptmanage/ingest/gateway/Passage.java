package com.promptmanage.ingest.gateway;

import com.promptmanage.ingest.gateway.AnswerUsage.Used;
import com.promptmanage.ingest.gateway.BudgetCheck.Verdict;
import com.promptmanage.ingest.gateway.GatewayMeters.Outcome;
import com.promptmanage.ingest.normalize.Advice;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.service.budget.CallCost;
import com.promptmanage.service.http.RawAnswer;
import com.promptmanage.service.outbound.Call;
import com.promptmanage.service.outbound.OpenReply;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundException;
import com.promptmanage.service.outbound.OutboundException.Failure;
import com.promptmanage.service.token.TokenCounter;
import com.promptmanage.topics.pricing.ListPrices;
import com.promptmanage.topics.usage.Receipt;
import com.promptmanage.topics.usage.UsageEvent;
import io.javalin.http.Context;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/** One call on its way through: the provider is asked once, its answer is passed on, and what it used is put on record. */
final class Passage {

    private static final String ENCODING = "Content-Encoding";

    /** Of those that can be looked into. */
    private static final Set<String> ENCODINGS = Set.of("identity", "gzip", "x-gzip", "deflate");

    private static final int NO_CONTENT = 204;

    private static final int RESET_CONTENT = 205;

    private static final int NOT_MODIFIED = 304;

    private static final Pattern LENGTH = Pattern.compile("\\d{1,15}");

    /** Of an answer that only its caller can unpack: rather too few, for what is not known should rather be too much. */
    private static final int PACKED_BYTES_PER_TOKEN = 2;

    private final Means means;

    private final Context ctx;

    private final GatewayRequest request;

    private final Verdict verdict;

    /** Null for a call that costs nothing. */
    private final @Nullable CallRecord record;

    private final AnswerUsage usage;

    private final ClientAnswer client;

    private boolean isReported;

    /** What all calls share. */
    record Means(
            Outbound outbound,
            int answerBytesMax,
            SafeReports reports,
            TokenCounter counter,
            ListPrices prices,
            UsageMeters usageMeters,
            GatewayMeters meters,
            Clock clock) {}

    Passage(Means means, Context ctx, GatewayRequest request, Verdict verdict, @Nullable CallRecord record) {
        this.means = means;
        this.ctx = ctx;
        this.request = request;
        this.verdict = verdict;
        this.record = record;
        this.usage = new AnswerUsage(request.api());
        this.client = new ClientAnswer(ctx);
    }

    /** Of a call that costs nothing: nothing is put on record. */
    static Passage forNothing(Means means, Context ctx, GatewayRequest request) {
        return new Passage(means, ctx, request, Verdict.UNASKED, null);
    }

    /** Whoever calls this releases what is still reserved for the call when it returns. */
    void run(Call call) {
        if (record != null) {
            ctx.header("Prompt-Manage-Call-Id", record.id());
        }
        try (OpenReply reply = means.outbound().open(call)) {
            if (isWithoutBody(reply.status())) {
                passHead(reply);
            } else if (reply.status() / 100 == 3) {
                refuse(502, "provider_redirects", "The provider redirects to another address, which is not followed");
            } else if (reply.status() / 100 == 2 && !is(reply, "text/html")) {
                pass(reply);
            } else {
                passRefusal(reply);
            }
        } catch (OutboundException e) {
            notAnswered(e);
        }
    }

    /** There is no answer in it, so that nothing was used. */
    private void passHead(OpenReply reply) {
        client.head(reply.status(), reply.headers());
        means.meters().ended(request.api(), Outcome.ANSWERED);
    }

    private void pass(OpenReply reply) {
        boolean isEvents = is(reply, "text/event-stream");
        try {
            client.head(reply.status(), reply.headers());
            Outcome outcome = Outcome.ANSWERED;
            if (isEvents) {
                client.header("X-Accel-Buffering", "no");
            }
            try (InputStream body = body(reply)) {
                if (isEvents && ENCODINGS.contains(encoding(reply))) {
                    outcome = passEvents(body);
                } else {
                    // Where events end cannot be seen if they are packed.
                    new WholeRelay(request.api(), usage, client, () -> report(true))
                            .relay(body, length(reply), isEvents || request.isStream());
                }
            }
            means.meters().ended(request.api(), outcome);
        } catch (ClientAnswer.GoneException e) {
            // Closing the reply tells the provider to stop.
            report(false);
            means.meters().ended(request.api(), Outcome.CALLER_GONE);
        } catch (IOException e) {
            report(false);
            means.meters().ended(request.api(), Outcome.BROKEN_OFF);
            brokenOff(e);
        } finally {
            // Whatever broke, the provider has been paid.
            report(false);
        }
    }

    /** A stream that breaks off between two events is told so by one more. */
    private Outcome passEvents(InputStream body) throws IOException {
        var relay = new EventRelay(request.api(), request.hidesUsage(), usage, client, () -> report(true));
        try {
            relay.relay(body);
            return Outcome.ANSWERED;
        } catch (ClientAnswer.GoneException e) {
            throw e;
        } catch (IOException e) {
            if (!relay.isBetweenEvents()) {
                throw e;
            }
            report(false);
            byte[] said = request.api()
                    .provider()
                    .refusalInStream(502, "provider_broke_off", "The provider's answer broke off: " + said(e))
                    .getBytes(StandardCharsets.UTF_8);
            client.write(said, 0, said.length);
            client.flush();
            return Outcome.BROKEN_OFF;
        }
    }

    /** An error of the provider's own, or a page of whoever stands before it, is passed on as it is; nothing was used. */
    private void passRefusal(OpenReply reply) {
        // Not only when the answer has gone out: whoever tries again at once is not to find it still reserved.
        verdict.reservation().release();
        client.head(reply.status(), reply.headers());
        means.meters().ended(request.api(), Outcome.PROVIDER_ERROR);
        try {
            new WholeRelay(request.api(), new AnswerUsage(request.api()), client, () -> {})
                    .relay(body(reply), length(reply), false);
        } catch (ClientAnswer.GoneException e) {
            // Nobody is left to be told.
        } catch (IOException e) {
            brokenOff(e);
        }
    }

    /** Puts on record what was used, once. */
    private void report(boolean isWhole) {
        CallRecord kept = record;
        if (isReported || kept == null) {
            return;
        }
        isReported = true;
        if (usage.isOfNothing()) {
            verdict.reservation().release();
            return;
        }
        Used used = usage.used(
                isWhole,
                () -> request.text().tokens(means.counter(), request.model()),
                means.counter(),
                request.model());
        Instant ended = means.clock().instant();
        UsageEvent event = kept.event(used, usage, ended);
        List<Advice> advice = usage.advice();
        means.usageMeters().count(used.tokens());
        if (used.isEstimated()) {
            means.meters().estimated(request.api());
        }
        Optional<CallCost> cost = cost(event);
        // With advice in it, its cost is that of several calls.
        if (!used.isEstimated() && advice.isEmpty()) {
            cost.ifPresent(client::cost);
        }
        var spent = new Spent(event, cost);
        var events = new ArrayList<OutgoingEvent>();
        events.add(kept.outgoing(event, used));
        for (Advice one : advice) {
            means.usageMeters().count(one.tokens());
            UsageEvent beside = kept.event(one, usage, ended);
            spent = spent.plus(new Spent(beside, cost(beside)));
            events.add(kept.outgoing(beside, one));
        }
        put(events, spent);
    }

    /** From then on, and not before, it takes the budgets their time to count it. */
    private void put(List<OutgoingEvent> events, Spent spent) {
        Optional<Receipt> recorded = Optional.empty();
        try {
            recorded = means.reports().report(events);
        } finally {
            verdict.reservation().end(spent.nanoUsd(), spent.tokens(), recorded);
        }
    }

    private Optional<CallCost> cost(UsageEvent event) {
        return CallCost.of(event.usage(), request.model(), verdict.prices(), means.prices());
    }

    /**
     * What a call has used, with all that is told beside it.
     *
     * @param nanoUsd empty if part of it has no price that is known here
     */
    private record Spent(OptionalLong nanoUsd, long tokens) {

        Spent(UsageEvent event, Optional<CallCost> cost) {
            this(
                    cost.isPresent() ? OptionalLong.of(cost.get().cost().value()) : OptionalLong.empty(),
                    event.usage().tokens().total());
        }

        Spent plus(Spent other) {
            return new Spent(
                    nanoUsd.isPresent() && other.nanoUsd.isPresent()
                            ? OptionalLong.of(nanoUsd.getAsLong() + other.nanoUsd.getAsLong())
                            : OptionalLong.empty(),
                    tokens + other.tokens);
        }
    }

    private void brokenOff(IOException e) {
        if (client.hasBegun()) {
            RawAnswer.breakOff(ctx);
        } else if (e instanceof OutboundException known && known.failure() == Failure.TIMED_OUT) {
            refuse(504, "provider_timed_out", "The provider's answer did not end in time");
        } else {
            refuse(502, "provider_broke_off", "The provider's answer broke off: " + said(e));
        }
    }

    /** There is not even a head of an answer. */
    private void notAnswered(OutboundException e) {
        means.meters().ended(request.api(), Outcome.NOT_ANSWERED);
        switch (e.failure()) {
            case TIMED_OUT -> refuse(504, "provider_timed_out", "The provider did not answer in time");
            case BUSY -> {
                ctx.header("Retry-After", "1");
                refuse(503, "gateway_busy", "As many calls are under way as may be: try again");
            }
            case REQUEST_TOO_LARGE -> refuse(413, "body_too_large", said(e));
            case ADDRESS_REFUSED,
                    REDIRECT_REFUSED,
                    UNKNOWN_HOST,
                    NO_CONNECTION,
                    NOT_SECURE,
                    RESPONSE_TOO_LARGE,
                    BROKEN -> refuse(502, "provider_not_reached", "The provider cannot be reached: " + said(e));
        }
    }

    private void refuse(int status, String code, String message) {
        // Of the answer that was begun to be prepared.
        ctx.res().setHeader(ENCODING, null);
        RawAnswer.send(ctx, status, "application/json", request.api().provider().refusal(status, code, message));
    }

    private InputStream body(OpenReply reply) throws IOException {
        String encoding = encoding(reply);
        return switch (encoding) {
            case "identity" -> isBinary(reply) ? unread(reply) : reply.body();
            case "gzip", "x-gzip" -> unpacked(reply, GZIPInputStream::new);
            case "deflate" -> unpacked(reply, Passage::inflated);
            default -> {
                // The caller may know what to do with it.
                client.header(ENCODING, encoding);
                yield unread(reply);
            }
        };
    }

    /** What it used cannot be found in it, and is estimated: not beyond what may come out. */
    private InputStream unread(OpenReply reply) {
        var body = new Bounded(reply.body(), Long.MAX_VALUE);
        usage.isPacked(() -> {
            long about = body.passed() / PACKED_BYTES_PER_TOKEN;
            return request.limitsOutput() ? Math.min(request.maxOutputTokens(), about) : about;
        });
        return body;
    }

    /** What is no text of any kind. Of what does not say what it is, most is JSON. */
    private static boolean isBinary(OpenReply reply) {
        String type = reply.header("Content-Type").orElse("text/").toLowerCase(Locale.ROOT);
        return !type.contains("json") && !type.startsWith("text/");
    }

    /** How what is packed in one way is unpacked. */
    private interface Unpacking {
        InputStream of(InputStream packed) throws IOException;
    }

    /** Of nothing, too, some say how it is packed. */
    private InputStream unpacked(OpenReply reply, Unpacking unpacking) throws IOException {
        var packed = new PushbackInputStream(reply.body(), 1);
        int first = packed.read();
        if (first < 0) {
            return packed;
        }
        packed.unread(first);
        return new Bounded(unpacking.of(packed), means.answerBytesMax());
    }

    /** It should be in zlib's frame; some leave that out. */
    private static InputStream inflated(InputStream packed) throws IOException {
        var in = new PushbackInputStream(packed, 2);
        byte[] head = in.readNBytes(2);
        in.unread(head);
        boolean isFramed =
                head.length == 2 && (head[0] & 0x0f) == 8 && (((head[0] & 0xff) << 8) | (head[1] & 0xff)) % 31 == 0;
        return new Inflated(in, isFramed);
    }

    private static boolean is(OpenReply reply, String contentType) {
        return reply.header("Content-Type")
                .filter(type -> type.toLowerCase(Locale.ROOT).startsWith(contentType))
                .isPresent();
    }

    private static boolean isWithoutBody(int status) {
        return status == NO_CONTENT || status == RESET_CONTENT || status == NOT_MODIFIED;
    }

    /** All that were applied, one behind the other, whether one header tells them or several. */
    private static String encoding(OpenReply reply) {
        String told = reply.headers().stream()
                .filter(header -> header.name().equalsIgnoreCase(ENCODING))
                .flatMap(header -> Stream.of(header.value().split(",", -1)))
                .map(text -> text.strip().toLowerCase(Locale.ROOT))
                .filter(text -> !text.isEmpty() && !text.equals("identity"))
                .collect(Collectors.joining(", "));
        return told.isEmpty() ? "identity" : told;
    }

    /** Where both are said, how it is transferred overrides how long it is (RFC 9112, 6.3). */
    private static long length(OpenReply reply) {
        if (encoding(reply).endsWith("gzip")
                || encoding(reply).equals("deflate")
                || reply.header("Transfer-Encoding").isPresent()) {
            return -1;
        }
        return reply.header("Content-Length")
                .filter(text -> LENGTH.matcher(text).matches())
                .map(Long::parseLong)
                .orElse(-1L);
    }

    private static String said(IOException e) {
        return e instanceof OutboundException ? String.valueOf(e.getMessage()) : "it is not what it says it is";
    }

    /** Gives back the memory of its inflater when it is closed, which the library does for those that it makes itself. */
    private static final class Inflated extends InflaterInputStream {

        Inflated(InputStream in, boolean isFramed) {
            super(in, new Inflater(!isFramed));
        }

        @Override
        public void close() throws IOException {
            super.close();
            inf.end();
        }
    }

    /** So that a little that is packed does not become endlessly much. */
    private static final class Bounded extends FilterInputStream {

        private final long bytesMax;

        private long left;

        Bounded(InputStream in, long bytesMax) {
            super(in);
            this.bytesMax = bytesMax;
            this.left = bytesMax;
        }

        /** How many bytes have passed. */
        long passed() {
            return bytesMax - left;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int count = super.read(into, from, length);
            left -= Math.max(0, count);
            if (left < 0) {
                throw new IOException("the answer is too large when it is unpacked");
            }
            return count;
        }
    }
}
