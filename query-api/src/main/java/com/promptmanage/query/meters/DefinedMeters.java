package com.promptmanage.query.meters;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.meters.MeterForm.Fixed;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.id.Ids;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The meters that accounts have defined. */
final class DefinedMeters {

    private static final int METERS_MAX = 100;

    private static final String KIND = "meter";

    private final Database database;

    private final Ids ids;

    private final Clock clock;

    DefinedMeters(Database database, Clock clock) {
        this.database = database;
        this.ids = new Ids(clock);
        this.clock = clock;
    }

    /** In the order of their slugs. */
    List<PlainMeter> list(Caller caller, Account account) {
        return database.inTransaction(caller.scope(account), handle -> all(handle, account));
    }

    Optional<PlainMeter> find(Caller caller, Account account, String idOrSlug) {
        return database.inTransaction(caller.scope(account), handle -> find(handle, account, idOrSlug));
    }

    /**
     * Defines one.
     *
     * @throws ProblemException 409 if the account has one of this slug, or as many as it may
     */
    PlainMeter create(Caller caller, Account account, Actor actor, MeterForm form, Fixed fixed) {
        return database.inTransaction(caller.scope(account), handle -> {
            lock(handle, account);
            List<PlainMeter> present = all(handle, account);
            if (present.stream().anyMatch(meter -> meter.slug().equals(fixed.slug()))) {
                throw ProblemException.conflict("There is a meter '%s' already".formatted(fixed.slug()));
            }
            if (present.size() >= METERS_MAX) {
                throw ProblemException.conflict(
                        "There are %d meters, which is the most: delete one".formatted(present.size()));
            }
            Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
            var meter = new PlainMeter(
                    ids.next(KIND),
                    fixed.slug(),
                    form.name() == null ? fixed.slug() : form.name(),
                    form.description(),
                    fixed.aggregation(),
                    fixed.eventType(),
                    fixed.eventFrom(),
                    fixed.value(),
                    form.groups(),
                    form.metadata(),
                    now,
                    now);
            insert(handle, account, meter);
            AuditLog.append(
                    handle, actor, now, AuditEntry.added(account, "meter_created", KIND, meter.id(), told(meter)));
            return meter;
        });
    }

    /** @throws ProblemException 404 if there is none, 409 if it is built in */
    PlainMeter change(Caller caller, Account account, Actor actor, String idOrSlug, MeterForm form) {
        return database.inTransaction(caller.scope(account), handle -> {
            lock(handle, account);
            PlainMeter before = find(handle, account, idOrSlug).orElseThrow(() -> noneOfOnesOwn(idOrSlug));
            Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
            var after = new PlainMeter(
                    before.id(),
                    before.slug(),
                    form.name() == null ? before.slug() : form.name(),
                    form.description(),
                    before.aggregation(),
                    before.eventType(),
                    before.eventFrom(),
                    before.value(),
                    form.groups(),
                    form.metadata(),
                    before.createdAt(),
                    now);
            delete(handle, account, before);
            insert(handle, account, after);
            AuditLog.append(
                    handle,
                    actor,
                    now,
                    new AuditEntry(account, "meter_changed", KIND, after.id(), told(before), told(after)));
            return after;
        });
    }

    /**
     * Forgets a definition. The events stay.
     *
     * @throws ProblemException 404 if there is none, 409 if it is built in
     */
    void remove(Caller caller, Account account, Actor actor, String idOrSlug) {
        database.useTransaction(caller.scope(account), handle -> {
            lock(handle, account);
            PlainMeter meter = find(handle, account, idOrSlug).orElseThrow(() -> noneOfOnesOwn(idOrSlug));
            delete(handle, account, meter);
            AuditLog.append(
                    handle,
                    actor,
                    clock.instant(),
                    AuditEntry.removed(account, "meter_deleted", KIND, meter.id(), told(meter)));
        });
    }

    static ProblemException none() {
        return ProblemException.notFound("There is no such meter: GET /api/v1/meters lists them");
    }

    private static ProblemException noneOfOnesOwn(String idOrSlug) {
        return TokenMeter.parse(idOrSlug)
                .map(builtIn -> ProblemException.conflict(
                        "The meter '%s' is built in: only meters of one's own can be changed or deleted"
                                .formatted(idOrSlug)))
                .orElseGet(DefinedMeters::none);
    }

    /** Changes of one account's meters come one after the other. */
    private static void lock(Handle handle, Account account) {
        handle.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 53))", account.value());
    }

    private static List<PlainMeter> all(Handle handle, Account account) {
        return handle.createQuery("SELECT * FROM meters WHERE account = :account ORDER BY slug")
                .bind("account", account.value())
                .map((row, ctx) -> meter(row))
                .list();
    }

    private static Optional<PlainMeter> find(Handle handle, Account account, String idOrSlug) {
        return handle.createQuery("SELECT * FROM meters WHERE account = :account AND (slug = :one OR id = :one)")
                .bind("account", account.value())
                .bind("one", idOrSlug)
                .map((row, ctx) -> meter(row))
                .findFirst();
    }

    private static void insert(Handle handle, Account account, PlainMeter meter) {
        JsonPath value = meter.value();
        handle.createUpdate("""
                        INSERT INTO meters (account, slug, id, name, description, aggregation, event_type, event_from,
                                            value_property, group_by, metadata, created_at, updated_at)
                        VALUES (:account, :slug, :id, :name, :description, :aggregation, :eventType, :eventFrom,
                                :value, CAST(:groups AS jsonb), CAST(:metadata AS jsonb), :createdAt, :updatedAt)
                        """)
                .bind("account", account.value())
                .bind("slug", meter.slug())
                .bind("id", meter.id())
                .bind("name", meter.name())
                .bind("description", meter.description())
                .bind("aggregation", meter.aggregation().name())
                .bind("eventType", meter.eventType())
                .bind("eventFrom", meter.eventFrom())
                .bind("value", value == null ? null : value.text())
                .bind("groups", meter.groupsJson().toString())
                .bind("metadata", meter.metadataJson().toString())
                .bind("createdAt", meter.createdAt())
                .bind("updatedAt", meter.updatedAt())
                .execute();
    }

    private static void delete(Handle handle, Account account, PlainMeter meter) {
        handle.createUpdate("DELETE FROM meters WHERE account = :account AND slug = :slug")
                .bind("account", account.value())
                .bind("slug", meter.slug())
                .execute();
    }

    private static PlainMeter meter(ResultSet row) throws SQLException {
        String value = row.getString("value_property");
        return new PlainMeter(
                row.getString("id"),
                row.getString("slug"),
                row.getString("name"),
                row.getString("description"),
                Aggregation.valueOf(row.getString("aggregation")),
                row.getString("event_type"),
                timeOrNull(row, "event_from"),
                value == null ? null : path(value),
                members(row.getString("group_by"), DefinedMeters::path),
                members(row.getString("metadata"), text -> text),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }

    private static @Nullable Instant timeOrNull(ResultSet row, String column) throws SQLException {
        @Nullable OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static JsonPath path(String text) {
        return JsonPath.parse(text)
                .orElseThrow(() -> new IllegalStateException("'%s' was a path when it was kept".formatted(text)));
    }

    private static <T> Map<String, T> members(String object, Function<String, T> read) {
        var members = new HashMap<String, T>();
        Json.read(object.getBytes(StandardCharsets.UTF_8), JsonNode.class)
                .properties()
                .forEach(member -> members.put(
                        member.getKey(), read.apply(member.getValue().textValue())));
        return members;
    }

    private static Map<String, ?> told(PlainMeter meter) {
        var told = new HashMap<String, Object>();
        meter.json().properties().forEach(member -> told.put(member.getKey(), member.getValue()));
        return told;
    }
}
