package com.promptmanage.service.access;

import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/auth}: sign in, who am I, sign out. */
final class AuthRoutes implements Routes {

    private final Sessions sessions;

    private final Authentication authentication;

    record LoginRequest(@Nullable String email, @Nullable String password) {}

    record UserAnswer(String id, String email, String name, List<TeamAnswer> teams) {}

    record TeamAnswer(String id, String role) {}

    record LoginAnswer(String token, Instant expiresAt, UserAnswer user) {}

    record PersonAnswer(String kind, UserAnswer user) {}

    record CallingKey(String id, String account, List<String> scopes, boolean maySpeakForOthers) {}

    record KeyAnswer(String kind, CallingKey key) {}

    AuthRoutes(Sessions sessions, Authentication authentication) {
        this.sessions = sessions;
        this.authentication = authentication;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/api/auth/login", this::login);
        routes.get("/api/auth/me", this::me);
        routes.post("/api/auth/logout", this::logout);
    }

    private void login(Context ctx) {
        LoginRequest request = RequestBody.json(ctx, LoginRequest.class);
        var faults = new Faults();
        String email = given(faults, "email", request.email());
        String password = given(faults, "password", request.password());
        faults.check();
        Sessions.SignedIn signedIn = sessions.signIn(email, password);
        ctx.json(new LoginAnswer(signedIn.token(), signedIn.expiresAt(), answer(signedIn.person())));
    }

    private void me(Context ctx) {
        ctx.json(
                switch (authentication.caller(ctx)) {
                    case Caller.Person person -> new PersonAnswer("person", answer(person));
                    case Caller.Key key ->
                        new KeyAnswer(
                                "key",
                                new CallingKey(
                                        key.keyId(),
                                        key.account().value(),
                                        key.scopes().stream()
                                                .map(KeyScope::code)
                                                .sorted()
                                                .toList(),
                                        key.maySpeakForOthers()));
                });
    }

    private void logout(Context ctx) {
        switch (authentication.caller(ctx)) {
            case Caller.Person person -> sessions.signOut(person);
            case Caller.Key key ->
                throw ProblemException.invalid(
                        "Authorization", "is an API key, which has no session", "Revoke the key to end its use.");
        }
        ctx.status(204);
    }

    private static UserAnswer answer(Caller.Person person) {
        List<TeamAnswer> teams = person.roles().entrySet().stream()
                .map(role -> new TeamAnswer(role.getKey(), role.getValue().code()))
                .sorted(Comparator.comparing(TeamAnswer::id))
                .toList();
        return new UserAnswer(person.userId(), person.email(), person.name(), teams);
    }

    private static String given(Faults faults, String field, @Nullable String value) {
        if (value == null || value.isBlank()) {
            faults.add(field, "is missing", "Send it.");
            return "";
        }
        return value;
    }
}
