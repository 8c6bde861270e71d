package com.promptmanage.query.meters;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.meters.Asking.About;
import com.promptmanage.query.meters.KeptEvents.Content;
import com.promptmanage.query.meters.KeptEvents.Kept;
import com.promptmanage.query.meters.KeptEvents.Place;
import com.promptmanage.query.meters.KeptEvents.Subject;
import com.promptmanage.query.meters.KeptEvents.Wanted;
import com.promptmanage.query.request.Paging;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.UsageEvent;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/v1/events}, {@code GET /api/v2/events} and {@code GET /api/v1/subjects…}. */
final class KeptEventRoutes implements Routes {

    private static final int EVENTS_MAX = 100;

    private static final int SUBJECTS_MAX = 1_000;

    private static final Duration EVENTS_SINCE = Duration.ofDays(3);

    private static final Duration SUBJECTS_SINCE = Duration.ofDays(400);

    private static final ObjectReader EXACT =
            Json.mapper().readerFor(JsonNode.class).with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final Asking asking;

    private final KeptEvents events;

    private final Clock clock;

    KeptEventRoutes(Asking asking, Database database, Clock clock) {
        this.asking = asking;
        this.events = new KeptEvents(database);
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/v1/events", this::newest);
        routes.get("/api/v2/events", this::page);
        routes.get("/api/v1/subjects", this::subjects);
        routes.get("/api/v1/subjects/{subject}", this::subject);
    }

    private void newest(Context ctx) {
        About about = asking.usage(ctx, ctx.queryParam("subject"));
        var faults = new Faults();
        var asked = MeterParameters.of(ctx);
        Instant to = MeterQuery.time(asked, "to", clock.instant(), faults);
        Instant from = MeterQuery.time(asked, "from", to.minus(EVENTS_SINCE), faults);
        if (from.isAfter(to)) {
            faults.add("to", "is before from", "Send a later one.");
        }
        int limit = limit(ctx.queryParam("limit"), faults);
        asked.refuse(
                List.of("ingestedAtFrom", "ingestedAtTo"),
                "Leave it out: from and to are of the events' time.",
                faults);
        asked.refuse(List.of("customerId"), "There are no customers here: ask by subject.", faults);
        if ("true".equals(asked.one("hasError"))) {
            faults.add("hasError", "finds nothing here", "Ask GET /api/ingest/ignored what did not count, and why.");
        }
        faults.check();
        var texts = new HashMap<String, List<String>>();
        putIfThere(texts, "subject", about.member());
        putIfThere(texts, "id", asked.one("id"));
        ArrayNode found = JsonNodeFactory.instance.arrayNode();
        events.newest(new Wanted(about.account(), asking.shownFrom(ctx, about.account(), from), to, texts, null), limit)
                .forEach(kept -> found.add(json(kept)));
        ctx.json(found);
    }

    /** As the second version lists them: page by page, and of those that a filter lets through. */
    private void page(Context ctx) {
        asking.authenticate(ctx);
        var faults = new Faults();
        EventFilter filter = EventFilter.read(ctx.queryParam("filter"), faults);
        List<String> subjects = filter.texts().getOrDefault("subject", List.of());
        About about = asking.usage(ctx, subjects.size() == 1 ? subjects.getFirst() : null);
        Paging paging = Paging.read(ctx, faults);
        @Nullable Place after = place(paging.after(), faults);
        Instant now = clock.instant();
        Instant from = filter.from() == null ? now.minus(SUBJECTS_SINCE) : filter.from();
        faults.check();
        var texts = new HashMap<>(filter.texts());
        putIfThere(texts, "subject", about.member());
        var wanted = new Wanted(
                about.account(),
                asking.shownFrom(ctx, about.account(), from, filter.from() != null),
                filter.to() == null ? now : filter.to(),
                texts,
                after);
        Paging.Page<Kept> page = paging.page(
                events.newest(wanted, paging.wanted()), kept -> kept.place().text());
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode items = json.putArray("items");
        page.elements().forEach(kept -> items.add(json(kept)));
        if (page.nextCursor() != null) {
            json.put("nextCursor", page.nextCursor());
        }
        ctx.json(json);
    }

    private static @Nullable Place place(@Nullable String cursor, Faults faults) {
        if (cursor == null) {
            return null;
        }
        return Place.parse(cursor).orElseGet(() -> {
            faults.add("cursor", "is not one of ours", "Send nextCursor as it came, or nothing for the first page.");
            return null;
        });
    }

    private static void putIfThere(Map<String, List<String>> texts, String name, @Nullable String text) {
        if (text != null) {
            texts.put(name, List.of(text));
        }
    }

    private void subjects(Context ctx) {
        Account account = asking.usage(ctx, null).account();
        Instant now = clock.instant();
        Instant from = asking.shownFrom(ctx, account, now.minus(SUBJECTS_SINCE));
        ArrayNode found = JsonNodeFactory.instance.arrayNode();
        events.subjects(account, null, from, now, SUBJECTS_MAX).forEach(subject -> found.add(json(subject)));
        ctx.json(found);
    }

    private void subject(Context ctx) {
        String key = ctx.pathParam("subject");
        Account account = asking.usage(ctx, key).account();
        if (!Account.isId(key)) {
            throw noSubject();
        }
        Instant now = clock.instant();
        Instant from = asking.shownFrom(ctx, account, now.minus(SUBJECTS_SINCE));
        ctx.json(events.subjects(account, key, from, now, 1).stream()
                .findFirst()
                .map(KeptEventRoutes::json)
                .orElseThrow(KeptEventRoutes::noSubject));
    }

    private static ProblemException noSubject() {
        return ProblemException.notFound("No event of the last 400 days that you may see is about this subject");
    }

    private static ObjectNode json(Subject subject) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", subject.key());
        json.put("key", subject.key());
        json.put("createdAt", subject.first().toString());
        json.put("updatedAt", subject.last().toString());
        return json;
    }

    private static ObjectNode json(Kept kept) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode event = json.putObject("event");
        event.put("specversion", "1.0");
        event.put("id", kept.id());
        event.put("source", kept.source());
        event.put("type", kept.content() instanceof Content.Plain plain ? plain.type() : UsageEvent.TYPE);
        event.put("subject", kept.subject());
        event.put("time", kept.time().toString());
        event.set("data", data(kept.content()));
        json.put("ingestedAt", kept.receivedAt().toString());
        json.put("storedAt", kept.receivedAt().toString());
        return json;
    }

    private static JsonNode data(Content content) {
        return switch (content) {
            case Content.Plain plain -> read(plain.dataJson());
            case Content.Usage usage -> {
                ObjectNode data = JsonNodeFactory.instance.objectNode();
                data.put("model", usage.model());
                data.put("tokens", usage.tokens());
                Long cost = usage.costNanoUsd();
                data.put("costUsd", cost == null ? null : new BigDecimal(new NanoUsd(cost).toUsd()));
                yield data;
            }
        };
    }

    private static JsonNode read(String json) {
        try {
            return EXACT.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("the database keeps nothing but JSON", e);
        }
    }

    private static int limit(@Nullable String text, Faults faults) {
        if (text == null) {
            return EVENTS_MAX;
        }
        if (text.matches("\\d{1,3}")) {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= EVENTS_MAX) {
                return limit;
            }
        }
        faults.add("limit", "is not a number of events", "Send 1 to %d.".formatted(EVENTS_MAX));
        return EVENTS_MAX;
    }
}
