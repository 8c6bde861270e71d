package com.promptmanage.ingest.otlp;

import com.promptmanage.ingest.admission.Admission;
import com.promptmanage.ingest.admission.Admission.Admitted;
import com.promptmanage.ingest.admission.MediaType;
import com.promptmanage.ingest.ignored.IgnoredUsage;
import com.promptmanage.ingest.mapping.KeyAttributes;
import com.promptmanage.ingest.mapping.KeyRules;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.publish.EventParts;
import com.promptmanage.ingest.publish.EventPublisher;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Problem.Kind;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RawAnswer;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.http.UnavailableException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * OTLP over HTTP. An export is taken but for the records that are wrong by themselves, which the answer counts; of one that
 * is malformed as a whole nothing is published. Only 429 and 503 ask the exporter to send it again.
 */
public final class OtlpRoutes implements Routes {

    /** The answer's header that carries the receipt. */
    private static final String RECEIPT_HEADER = "Prompt-Manage-Receipt";

    /** Where Langfuse's SDK and its documentation send to. */
    private static final List<String> PREFIXES = List.of("/v1/", "/api/public/otel/v1/");

    private static final Export.Visitor NOBODY = new Export.Visitor() {
        @Override
        public void span(Span span) {}

        @Override
        public void log(LogLine line) {}

        @Override
        public void metric(Metric metric) {}

        @Override
        public void faulty(String why, long records) {}
    };

    private final Admission admission;

    private final EventPublisher publisher;

    private final UsageMeters meters;

    private final IgnoredUsage ignored;

    private final OtlpSettings settings;

    private final KeyAttributes keys;

    private final CountedSeries series;

    private final Members members;

    private final Mappings mappings;

    private final Clock clock;

    public OtlpRoutes(
            Admission admission,
            EventPublisher publisher,
            UsageMeters meters,
            IgnoredUsage ignored,
            OtlpSettings settings,
            KeyAttributes keys,
            Database database,
            Clock clock) {
        this.admission = admission;
        this.publisher = publisher;
        this.meters = meters;
        this.ignored = ignored;
        this.settings = settings;
        this.keys = keys;
        this.series = new CountedSeries(database, clock);
        this.members = KnownMembers.in(database);
        this.mappings = new Mappings(settings.attributes());
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        for (String prefix : PREFIXES) {
            for (Signal signal : Signal.values()) {
                routes.post(prefix + signal.value(), ctx -> receive(ctx, signal));
            }
        }
    }

    private void receive(Context ctx, Signal signal) {
        OtlpForm form = form(ctx.header("Content-Type"));
        try (var admitted = admission.admit(ctx)) {
            take(ctx, signal, form, admitted);
        } catch (ProblemException e) {
            e.headers().forEach(ctx::header);
            refuse(ctx, form, e.problem().status(), kind(e), e.problem().detail());
        } catch (UnavailableException e) {
            ctx.header("Retry-After", Long.toString(Math.max(1, e.retryAfter().toSeconds())));
            refuse(ctx, form, Kind.UNAVAILABLE.status(), Kind.UNAVAILABLE, String.valueOf(e.getMessage()));
        }
    }

    private void take(Context ctx, Signal signal, OtlpForm form, Admitted admitted) {
        KeyRules rules = keys.of(admitted.caller());
        Mappings.Effective effective = mappings.over(rules.attributes());
        boolean countsMetrics = signal == Signal.METRICS && rules.metricsSince() != null;
        AttributeNames names = countsMetrics ? AttributeNames.all() : effective.names();
        byte[] body = admitted.body(settings.bodyBytesMax());
        Export export = switch (form) {
            case PROTOBUF -> new ProtobufExport(body, signal, names);
            case JSON -> new JsonExport(body, signal, names);
        };
        var held = new ExportMemory(bytes -> admitted.hold(body.length + bytes));
        var parts = new EventParts(publisher, held::ofEvents, () -> walk(export, NOBODY));
        var translator = new ExportTranslator(
                admitted.caller(),
                effective,
                members,
                rules.metricsSince(),
                clock.instant(),
                meters,
                ignored,
                parts::add,
                held);
        walk(export, translator);
        translator.finish();
        int grown = grow(admitted.caller(), rules, translator);
        admitted.charge(parts.count() + grown);
        String receipt = parts.finish().encode();
        RawAnswer.send(
                ctx, 200, form.contentType(), form.taken(signal, translator.rejected(), translator.firstFault()));
        if (parts.count() > 0) {
            ctx.header(RECEIPT_HEADER, receipt);
        }
    }

    /** After the whole export is known to be good. */
    private int grow(Caller caller, KeyRules rules, ExportTranslator translator) {
        Instant since = rules.metricsSince();
        return since == null || !(caller instanceof Caller.Key key)
                ? 0
                : series.count(caller, key.account(), translator.growing(), since, translator::usageOf);
    }

    private static void walk(Export export, Export.Visitor visitor) {
        try {
            export.walk(visitor);
        } catch (MalformedException e) {
            throw ProblemException.invalid(
                    "body",
                    String.valueOf(e.getMessage()),
                    "Send what the content type says: OTLP in protobuf or JSON.");
        }
    }

    private static void refuse(Context ctx, OtlpForm form, int status, Kind kind, String why) {
        RequestBody.discard(ctx);
        RawAnswer.send(ctx, status, form.contentType(), form.refused(kind, why));
    }

    private static Kind kind(ProblemException e) {
        for (Kind kind : Kind.values()) {
            if (kind.code().equals(e.problem().code())) {
                return kind;
            }
        }
        return Kind.UNEXPECTED;
    }

    private static OtlpForm form(@Nullable String contentType) {
        var type = MediaType.of(contentType);
        return switch (type.name()) {
            case "application/x-protobuf", "application/protobuf" -> OtlpForm.PROTOBUF;
            case "application/json" -> OtlpForm.JSON;
            default ->
                throw new ProblemException(
                        Kind.UNSUPPORTED_MEDIA_TYPE,
                        "'%s' is not taken: send application/x-protobuf or application/json".formatted(contentType));
        };
    }
}
