package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.ingest.admission.Payer;
import com.promptmanage.ingest.ignored.IgnoredUsage;
import com.promptmanage.ingest.ignored.Reason;
import com.promptmanage.ingest.normalize.AttributeUsage;
import com.promptmanage.ingest.normalize.EventTimes;
import com.promptmanage.ingest.normalize.NormalizedTokens;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.service.access.Caller;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.ExecutionType;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Turns what an export tells into events, one record after the other, and keeps count of what it does not take. */
final class ExportTranslator implements Export.Visitor {

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** Each is looked up in the database. */
    private static final int SERIES_MAX = 5_000;

    private final Caller caller;

    private final Mappings.Effective mappings;

    private final Members members;

    private final Instant now;

    private final UsageMeters meters;

    private final IgnoredUsage ignored;

    private final Consumer<OutgoingEvent> events;

    /** From when on metrics are counted, and nothing else; null if they are not. */
    private final @Nullable Instant metricsSince;

    private final ExportMemory memory;

    private final Nesting nesting;

    private final List<MetricSums> growing = new ArrayList<>();

    /** Of the accounts that pay for what agents tell here. */
    private final Map<Account, Map<String, String>> membersOf = new HashMap<>();

    private long rejected;

    private String firstFault = "";

    /** What is wrong with the record that is being read; empty if nothing is. */
    private String fault = "";

    /** @param memory is told what is held here; may end the request */
    ExportTranslator(
            Caller caller,
            Mappings.Effective mappings,
            Members members,
            @Nullable Instant metricsSince,
            Instant now,
            UsageMeters meters,
            IgnoredUsage ignored,
            Consumer<OutgoingEvent> events,
            ExportMemory memory) {
        this.caller = caller;
        this.mappings = mappings;
        this.members = members;
        this.metricsSince = metricsSince;
        this.now = now;
        this.meters = meters;
        this.ignored = ignored;
        this.events = events;
        this.memory = memory;
        this.nesting = new Nesting(this::count, this::ignore, memory::ofUndecided);
    }

    /** How many records were not taken because of what is wrong with them. */
    long rejected() {
        return rejected;
    }

    /** What was wrong with the first of them. */
    String firstFault() {
        return firstFault;
    }

    @Override
    public void span(Span span) {
        if (!span.isIdentified()) {
            reject("a span has no trace id of 16 bytes and span id of 8, or they are zero");
            return;
        }
        callOf(span).ifPresentOrElse(nesting::add, () -> nesting.passBy(span));
    }

    /** Nothing if the span does not count. */
    private Optional<Nesting.Call> callOf(Span span) {
        if (!AttributeUsage.isIn(span.attributes())) {
            unread(span);
            return Optional.empty();
        }
        var call = new CallAttributes(span.attributes(), span.resource(), mappings.spans());
        fault = "";
        NormalizedTokens tokens = AttributeUsage.read(span.attributes(), span.scope(), this::fault);
        Optional<Reason> reason = metricsSince == null ? SpanRules.ignored(span) : Optional.of(Reason.TOLD_BY_METRICS);
        if (reason.isPresent()) {
            ignore(Signal.TRACES, span.resource(), call, reason.get(), tokens);
            return Optional.empty();
        }
        String model = call.model();
        if (!fault.isEmpty() || model == null) {
            reject("span %s: %s"
                    .formatted(span.spanId(), fault.isEmpty() ? "it has token counts, but no model" : fault));
            return Optional.empty();
        }
        Payer payer = call.payer(caller);
        TokenUsage usage = call.usage(
                caller,
                payer,
                model,
                tokens.counts(),
                ExecutionType.PROMPT_RUN,
                milliseconds(span.startNanos(), span.endNanos()));
        long missing = AttributeUsage.total(span.attributes()) - tokens.counts().total();
        if (missing > 0) {
            ignore(span, payer, Reason.LARGER_TOTAL, missing);
        }
        long advice = AttributeUsage.advice(span.attributes());
        if (advice > 0) {
            ignore(span, payer, Reason.ADVICE, advice);
        }
        return isNothing(usage) ? Optional.empty() : Optional.of(call(span, call.responseId(), payer, usage, tokens));
    }

    /**
     * Libraries may tell zeros of a call of which another one, or the same one later, tells what it used. Were the zeros counted, they
     * would be what is known of that call.
     */
    private static boolean isNothing(TokenUsage usage) {
        Long cost = usage.reportedCostNanoUsd();
        return usage.tokens().total() == 0 && (cost == null || cost == 0);
    }

    private Nesting.Call call(
            Span span, @Nullable String answer, Payer payer, TokenUsage usage, NormalizedTokens tokens) {
        long ended = span.endNanos() == 0 ? span.startNanos() : span.endNanos();
        String id = CallIdentity.of(span, answer);
        return new Nesting.Call(
                span.key(),
                span.parentKey(),
                id,
                answer,
                payer.account(),
                serviceOf(span.resource()),
                tokens,
                event(payer, CallIdentity.SPANS, id, ended, usage, tokens));
    }

    /** Call it when the export has ended. */
    void finish() {
        nesting.release();
    }

    private void count(Nesting.Call call) {
        meters.count(call.tokens());
        events.accept(call.event());
    }

    private void ignore(Nesting.Call call, Reason reason) {
        ignored.add(
                call.account(),
                Signal.TRACES.value(),
                call.service(),
                reason,
                call.tokens().counts().total());
    }

    /** A span without counts that are read is no call; but it may tell them in words that are not known here. */
    private void unread(Span span) {
        long tokens = AttributeUsage.unread(span.attributes());
        if (tokens > 0 && metricsSince == null && SpanRules.ignored(span).isEmpty()) {
            var call = new CallAttributes(span.attributes(), span.resource(), mappings.spans());
            ignore(span, call.payer(caller), Reason.UNKNOWN_SPELLING, tokens);
        }
    }

    private void ignore(Span span, Payer payer, Reason reason, long tokens) {
        ignored.add(payer.account(), Signal.TRACES.value(), serviceOf(span.resource()), reason, tokens);
    }

    @Override
    public void log(LogLine line) {
        Optional<CodingAgent> agent = CodingAgent.ofCall(line);
        if (agent.isPresent() && metricsSince != null) {
            NormalizedTokens tokens = agent.get().tokens(line.attributes(), (field, detail, remedy) -> {});
            var call = new CallAttributes(line.attributes(), line.resource(), mappings.agents());
            ignore(Signal.LOGS, line.resource(), call, Reason.TOLD_BY_METRICS, tokens);
        } else if (agent.isPresent()) {
            call(agent.get(), line);
        } else if (AttributeUsage.isIn(line.attributes())) {
            NormalizedTokens tokens = AttributeUsage.read(line.attributes(), (field, detail, remedy) -> {});
            var call = new CallAttributes(line.attributes(), line.resource(), mappings.spans());
            ignore(Signal.LOGS, line.resource(), call, Reason.TOLD_BY_ANOTHER_RECORD, tokens);
        }
    }

    @Override
    public void metric(Metric metric) {
        if (!CodingAgent.isUsageMetric(metric.name())) {
            return;
        }
        Optional<MetricUsage> usage = MetricUsage.of(metric.name(), metric.resource());
        Instant since = metricsSince;
        if (since == null || usage.isEmpty()) {
            Payer payer = new CallAttributes(metric.resource(), metric.resource(), mappings.spans()).payer(caller);
            ignored.add(payer.account(), Signal.METRICS.value(), serviceOf(metric.resource()), Reason.METRIC, 0);
            return;
        }
        if (metric.dropped() > 0) {
            reject("%s has more than %d points, or %d attributes in them"
                    .formatted(metric.name(), Metric.POINTS_MAX, Metric.ATTRIBUTES_MAX));
            rejected += metric.dropped() - 1;
        }
        for (MetricSums told : MetricSums.of(usage.get(), metric)) {
            switch (metric.temporality()) {
                case DELTA -> {
                    if (EventTimes.ofNanos(told.endNanos(), now).isAfter(since)) {
                        usageOf(told, told.deltaId(), told.sums()).ifPresent(events);
                    }
                }
                case CUMULATIVE -> grow(told);
                case UNSPECIFIED -> reject("%s does not say since when its sums are".formatted(metric.name()));
            }
        }
    }

    @Override
    public void faulty(String why, long records) {
        reject(why);
        rejected += records - 1;
    }

    /** What has to be held against what was told before. */
    List<MetricSums> growing() {
        return growing;
    }

    private void grow(MetricSums told) {
        if (growing.size() < SERIES_MAX) {
            memory.addSeries(told.heldBytes());
            growing.add(told);
            // Who its developer is is asked now: its event is made within a transaction, which is not to wait for a
            // second one.
            agentCall(told).ifPresent(this::payer);
        } else {
            reject("more than %d series are sent at once".formatted(SERIES_MAX));
        }
    }

    /** An event of what a metric has summed up; nothing, and a fault, if that is no usage. */
    Optional<OutgoingEvent> usageOf(MetricSums told, String id, Map<String, Long> sums) {
        fault = "";
        NormalizedTokens tokens = told.usage().tokens(sums, this::fault);
        var call = new CallAttributes(told.attributes(), told.resource(), mappings.agents());
        String model = call.model() == null ? call.first(List.of("model")) : call.model();
        if (!fault.isEmpty() || model == null) {
            reject("a metric of tokens: %s".formatted(fault.isEmpty() ? "it names no model" : fault));
            return Optional.empty();
        }
        Optional<AgentCall> agents = agentCall(told);
        Payer payer = agents.isPresent() ? payer(agents.get()) : call.payer(caller);
        TokenUsage usage = agents.isPresent()
                ? agents.get().usage(caller, payer, model, tokens.counts())
                : call.usage(caller, payer, model, tokens.counts(), ExecutionType.PROMPT_RUN, null);
        meters.count(tokens);
        return Optional.of(event(payer, CallIdentity.METRICS, id, told.endNanos(), usage, tokens));
    }

    private Optional<AgentCall> agentCall(MetricSums told) {
        var line = new LogLine("", told.endNanos(), told.attributes(), told.resource());
        return told.usage().agent().map(agent -> new AgentCall(agent, line, mappings.agents()));
    }

    private Payer payer(AgentCall call) {
        return call.payer(caller, account -> membersOf.computeIfAbsent(account, members::of));
    }

    private void call(CodingAgent agent, LogLine line) {
        var call = new AgentCall(agent, line, mappings.agents());
        fault = "";
        NormalizedTokens tokens = agent.tokens(line.attributes(), this::fault);
        String model = call.model();
        if (!fault.isEmpty() || model == null) {
            reject("%s: %s".formatted(agent.service(), fault.isEmpty() ? "the call names no model" : fault));
            return;
        }
        Payer payer = payer(call);
        TokenUsage usage = call.usage(caller, payer, model, tokens.counts());
        meters.count(tokens);
        events.accept(event(payer, CallIdentity.LOGS, CallIdentity.of(agent, line), line.timeNanos(), usage, tokens));
    }

    private OutgoingEvent event(
            Payer payer, String source, String id, long timeNanos, TokenUsage usage, NormalizedTokens tokens) {
        var event = new UsageEvent(id, source, EventTimes.ofNanos(timeNanos, now), usage);
        return new OutgoingEvent(payer.account(), UsageEventCodec.write(event, tokens.attributes(Map.of())));
    }

    private void ignore(Signal signal, JsonNode resource, CallAttributes call, Reason reason, NormalizedTokens tokens) {
        ignored.add(
                call.payer(caller).account(),
                signal.value(),
                serviceOf(resource),
                reason,
                tokens.counts().total());
    }

    private static String serviceOf(JsonNode resource) {
        return resource.path("service.name").asText();
    }

    private void fault(String field, String detail, String remedy) {
        if (fault.isEmpty()) {
            fault = "%s %s. %s".formatted(field, detail, remedy);
        }
    }

    private void reject(String why) {
        rejected++;
        if (firstFault.isEmpty()) {
            firstFault = why;
        }
    }

    private static @Nullable Long milliseconds(long startNanos, long endNanos) {
        long nanos = endNanos - startNanos;
        return startNanos == 0 || endNanos == 0 || nanos < 0 ? null : EventTimes.believableMs(nanos / NANOS_PER_MILLI);
    }
}
