package com.promptmanage.runner.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.http.WorkflowAccess.Allowed;
import com.promptmanage.runner.journal.Sharing;
import com.promptmanage.runner.journal.Sharing.Grant;
import com.promptmanage.runner.journal.Sharing.Level;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /api/workflows/{id}/permissions}: whom a workflow is shared with, besides the people of its team. */
final class SharingRoutes implements Routes {

    private static final int GRANTS_MAX = 500;

    private final WorkflowAccess access;

    private final Sharing sharing;

    private final Clock clock;

    SharingRoutes(WorkflowAccess access, Sharing sharing, Clock clock) {
        this.access = access;
        this.sharing = sharing;
        this.clock = clock;
    }

    /** The whole list, as it shall be. */
    record Form(@Nullable List<Entry> permissions) {}

    record Entry(@Nullable String userId, @Nullable String permissionLevel) {}

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/workflows/{id}/permissions", this::list);
        routes.put("/api/workflows/{id}/permissions", this::replace);
    }

    private void list(Context ctx) {
        answer(ctx, access.require(ctx, Level.VIEWER));
    }

    private void replace(Context ctx) {
        Allowed allowed = access.require(ctx, Level.ADMIN);
        Form form = RequestBody.json(ctx, Form.class);
        var faults = new Faults();
        List<Entry> entries = form.permissions() == null ? List.of() : form.permissions();
        if (form.permissions() == null || entries.size() > GRANTS_MAX) {
            faults.add(
                    "permissions",
                    "is missing or has too many entries",
                    "Send the whole list, of at most %d people.".formatted(GRANTS_MAX));
        }
        Map<String, String> known = knownByAddress(allowed, entries);
        Map<String, String> seen = new LinkedHashMap<>();
        List<Grant> grants = new java.util.ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            String field = "permissions[%d]".formatted(i);
            @Nullable
            String userId = entry == null || entry.userId() == null
                    ? null
                    : known.getOrDefault(address(entry.userId()), entry.userId());
            if (userId == null || !Account.isId(userId) || seen.putIfAbsent(userId, field) != null) {
                faults.add(
                        field + ".userId",
                        "is missing or comes twice",
                        "Name each person once, by their e-mail address or the id of their account.");
                continue;
            }
            Level level = WorkflowForm.oneOf(field + ".permissionLevel", entry.permissionLevel(), Level.class, faults)
                    .orElse(Level.VIEWER);
            grants.add(new Grant(userId, level, allowed.who(), clock.instant()));
        }
        requirePeople(seen, faults);
        faults.check();
        if (isMore(grants, sharing.grants(allowed.scope(), allowed.workflow().id()))) {
            access.requireSharing(allowed.workflow().account());
        }
        sharing.grant(allowed.scope(), allowed.workflow(), access.actor(ctx), grants);
        answer(ctx, allowed);
    }

    /** By address, the ids of those whom the caller knows by theirs. A program without a person knows nobody. */
    private Map<String, String> knownByAddress(Allowed allowed, List<Entry> entries) {
        Set<String> addresses = entries.stream()
                .filter(entry -> entry != null && entry.userId() != null && isAddress(entry.userId()))
                .map(entry -> address(requireNonNull(entry.userId())))
                .collect(Collectors.toSet());
        return addresses.isEmpty()
                ? Map.of()
                : allowed.caller()
                        .person()
                        .map(person -> sharing.knownTo(person, addresses))
                        .orElse(Map.of());
    }

    private static boolean isAddress(String userId) {
        return userId.contains("@");
    }

    /** As addresses are kept. */
    private static String address(String userId) {
        return userId.strip().toLowerCase(Locale.ROOT);
    }

    /** What is shared with nobody would look as if someone had it. */
    private void requirePeople(Map<String, String> fieldOfUser, Faults faults) {
        Set<String> people = sharing.people(fieldOfUser.keySet());
        fieldOfUser.forEach((userId, field) -> {
            if (people.contains(userId)) {
                return;
            }
            if (isAddress(userId)) {
                faults.add(
                        field + ".userId",
                        "'%s' is nobody's address in a team that you are in".formatted(userId),
                        "Take someone into a team of yours first, or send the id of their account, which they can tell you.");
            } else {
                faults.add(
                        field + ".userId",
                        "'%s' is nobody who has an account here".formatted(userId),
                        "Send the id of someone's account, or leave the entry out.");
            }
        });
    }

    /** Whether someone is to get what they do not have: what was shared may be kept, and taken back, in every tier. */
    private static boolean isMore(List<Grant> wanted, List<Grant> there) {
        return wanted.stream()
                .anyMatch(one -> there.stream()
                        .noneMatch(same -> same.userId().equals(one.userId())
                                && same.level().compareTo(one.level()) >= 0));
    }

    private void answer(Context ctx, Allowed allowed) {
        ObjectNode answer = Json.mapper().createObjectNode();
        var list = answer.putArray("permissions");
        for (Grant grant : sharing.grants(allowed.scope(), allowed.workflow().id())) {
            list.addObject()
                    .put("userId", grant.userId())
                    .put("permissionLevel", grant.level().value())
                    .put("grantedBy", grant.grantedBy())
                    .put("grantedAt", grant.grantedAt().toString());
        }
        answer.put("yourLevel", allowed.level().value());
        answer.putNull("nextCursor");
        ctx.json(answer);
    }
}
