package com.promptmanage.query.live;

import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.http.EventStream;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.Routes;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Period.Unit;
import com.promptmanage.topics.budget.Period.Window;
import com.promptmanage.topics.money.NanoUsd;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /api/token-tracking/stream}: what an account, or one member of it, has used today and this month, as often as it
 * changes and at most four times a second.
 */
public final class LiveRoutes implements Routes {

    private static final Logger LOGGER = LoggerFactory.getLogger(LiveRoutes.class);

    static final Duration PACE = Duration.ofMillis(250);

    private final Authentication authentication;

    private final AccountRouting routing;

    private final AccountZones zones;

    private final LiveTotals totals;

    private final Clock clock;

    private final Duration heartbeat;

    public LiveRoutes(
            Authentication authentication, AccountRouting routing, AccountZones zones, LiveTotals totals, Clock clock) {
        this(authentication, routing, zones, totals, clock, EventStream.HEARTBEAT);
    }

    LiveRoutes(
            Authentication authentication,
            AccountRouting routing,
            AccountZones zones,
            LiveTotals totals,
            Clock clock,
            Duration heartbeat) {
        this.authentication = authentication;
        this.routing = routing;
        this.zones = zones;
        this.totals = totals;
        this.clock = clock;
        this.heartbeat = heartbeat;
    }

    private record Totals(long runs, long tokens, String cost, long costNanoUsd, long unpricedRuns) {

        static Totals of(Spend spend) {
            return new Totals(
                    spend.events(),
                    spend.tokens().total(),
                    new NanoUsd(spend.costNanoUsd()).toUsd(),
                    spend.costNanoUsd(),
                    spend.unpricedEvents());
        }
    }

    private record Running(String account, String timezone, String asOf, Totals today, Totals month) {}

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/token-tracking/stream", this::stream);
    }

    private void stream(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Asked about = allowed(ctx, caller);
        ZoneId zone = zones.of(about.account(), caller);
        routing.answer(ctx, about.account(), reads -> serve(ctx, about, zone, reads));
    }

    /** What is asked about, after it was found that the caller may see it. */
    private static Asked allowed(Context ctx, Caller caller) {
        var faults = new Faults();
        Optional<Asked> asked = Asked.of(caller, ctx.queryParam("teamId"), ctx.queryParam("userId"), faults);
        faults.check();
        Asked about = asked.orElseThrow();
        if (about.member() == null) {
            Permissions.requireQuery(caller, about.account());
        } else {
            Permissions.requireQuery(caller, about.account(), about.member());
        }
        return about;
    }

    private void serve(Context ctx, Asked about, ZoneId zone, AccountReads reads) {
        try (LiveTotals.Reader reader = totals.watch(about.account())) {
            write(ctx, EventStream.open(ctx), reader, about, zone, reads);
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("cause", e.toString()).log("a reader of totals went away");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(
            Context ctx, EventStream stream, LiveTotals.Reader reader, Asked about, ZoneId zone, AccountReads reads)
            throws IOException, InterruptedException {
        long endNanos = System.nanoTime() + EventStream.LIFE_MAX.toNanos();
        send(stream, about, zone, reads);
        long writtenNanos = System.nanoTime();
        while (!totals.isClosed() && System.nanoTime() - endNanos < 0) {
            boolean changed = reader.awaitChange(EventStream.LOOK);
            // Its state may have moved to another process, whose commits we are not told of.
            if (totals.isClosed() || routing.here(about.account()).isEmpty()) {
                return;
            }
            if (!authentication.isStillAllowed(ctx, now -> allowed(ctx, now).equals(about))) {
                return;
            }
            if (changed) {
                send(stream, about, zone, reads);
                writtenNanos = System.nanoTime();
                Thread.sleep(PACE);
            } else if (System.nanoTime() - writtenNanos >= heartbeat.toNanos()) {
                stream.mark(null);
                writtenNanos = System.nanoTime();
            }
        }
    }

    private void send(EventStream stream, Asked about, ZoneId zone, AccountReads reads) throws IOException {
        Instant now = clock.instant();
        Running running = reads.atOneCommit(() -> new Running(
                about.account().value(),
                zone.getId(),
                now.toString(),
                total(reads, about, zone, Unit.DAY, now),
                total(reads, about, zone, Unit.MONTH, now)));
        stream.send(null, "totals", new String(Json.bytes(running), StandardCharsets.UTF_8));
    }

    private static Totals total(AccountReads reads, Asked about, ZoneId zone, Unit unit, Instant now) {
        Window window = Period.of(unit, zone).windowAt(now.toEpochMilli());
        var query = new SpendQuery(
                about.account(),
                about.member() == null ? Dimension.ACCOUNT : Dimension.MEMBER,
                about.member(),
                window.startMs(),
                window.endMs(),
                zone,
                Step.WHOLE);
        return Totals.of(reads.spend(query).stream().map(SpendEntry::spend).reduce(Spend.NONE, Spend::plus));
    }
}
