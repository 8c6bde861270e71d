package com.promptmanage.service.http;

import io.javalin.http.Context;
import io.javalin.security.RouteRole;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which parameters of a route's query may be sent several times: a route that takes lists, or passes on what others send, is mounted
 * with it. Every other parameter is sent once: to answer about the first of two would be to answer about something else.
 */
public final class Several implements RouteRole {

    /** Whatever the sender likes: it is not read here. */
    public static final Several OF_ANY = new Several(Set.of(), true);

    /** An address is short, but many names fit into it. */
    private static final int FAULTS_MAX = 20;

    private final Set<String> names;

    private final boolean isOfAny;

    private Several(Set<String> names, boolean isOfAny) {
        this.names = names;
        this.isOfAny = isOfAny;
    }

    /** @param names of parameters; {@code filter} stands for {@code filter[key]} too */
    public static Several of(String... names) {
        return new Several(Set.of(names), false);
    }

    /** Those that are read here as lists. */
    public Set<String> names() {
        return names;
    }

    /** @param name without a key in brackets */
    public boolean allows(String name) {
        return isOfAny || names.contains(name);
    }

    /** @throws ProblemException 400 that names each parameter that is there more than once and may not be */
    static void refuseOthers(Context ctx) {
        if (ctx.queryString() == null || ctx.endpoints().matchedHttpEndpoint() == null) {
            return;
        }
        var faults = new Faults();
        new TreeMap<>(ctx.queryParamMap())
                .entrySet().stream()
                        .filter(sent -> sent.getValue().size() > 1 && !mayRepeat(ctx, sent.getKey()))
                        .limit(FAULTS_MAX)
                        .forEach(sent -> faults.add(
                                sent.getKey(),
                                "is in the query %d times"
                                        .formatted(sent.getValue().size()),
                                "Send it once."));
        faults.check();
    }

    private static boolean mayRepeat(Context ctx, String parameter) {
        String name = parameter.replaceFirst("\\[.*", "");
        return ctx.routeRoles().stream().anyMatch(role -> role instanceof Several several && several.allows(name));
    }
}
