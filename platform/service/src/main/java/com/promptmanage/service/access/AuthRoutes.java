package com.promptmanage.service.access;

import com.promptmanage.service.access.Profiles.Profile;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.http.ShownText;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/auth}: sign up, sign in, who am I, another password, sign out. */
final class AuthRoutes implements Routes {

    static final int NAME_LENGTH_MAX = 100;

    static final long BODY_BYTES_MAX = 16 << 10;

    private final Authentication authentication;

    private final BrowserRequests browsers;

    private final SessionCookie cookie;

    private final Sessions sessions;

    private final SignInLimits limits;

    private final SignUp signUp;

    private final boolean signUpIsOpen;

    private final Profiles profiles;

    private final ClientAddresses addresses;

    record LoginRequest(@Nullable String email, @Nullable String password) {}

    record RegisterRequest(
            @Nullable String email,
            @Nullable String password,
            @Nullable String name) {}

    record PasswordRequest(
            @Nullable String currentPassword, @Nullable String newPassword) {}

    record SignedInAnswer(String token, Instant expiresAt, Profile user) {}

    record PersonAnswer(String kind, Profile user) {}

    record CallingKey(String id, String account, List<String> scopes, boolean maySpeakForOthers) {}

    record KeyAnswer(String kind, CallingKey key) {}

    AuthRoutes(
            Authentication authentication,
            BrowserRequests browsers,
            SessionCookie cookie,
            Sessions sessions,
            SignInLimits limits,
            SignUp signUp,
            boolean signUpIsOpen,
            Profiles profiles,
            ClientAddresses addresses) {
        this.authentication = authentication;
        this.browsers = browsers;
        this.cookie = cookie;
        this.sessions = sessions;
        this.limits = limits;
        this.signUp = signUp;
        this.signUpIsOpen = signUpIsOpen;
        this.profiles = profiles;
        this.addresses = addresses;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/api/auth/register", this::register);
        routes.post("/api/auth/login", this::login);
        routes.get("/api/auth/me", this::me);
        routes.post("/api/auth/password", this::changePassword);
        routes.post("/api/auth/logout", this::logout);
    }

    private void register(Context ctx) {
        browsers.refuseForeignPage(ctx);
        if (!signUpIsOpen) {
            throw ProblemException.forbidden(
                    "Here nobody signs up by themselves: ask whoever runs this installation for an account.");
        }
        RegisterRequest request = RequestBody.json(ctx, RegisterRequest.class, BODY_BYTES_MAX);
        var faults = new Faults();
        String email = email(faults, "email", request.email());
        String name = given(faults, "name", request.name()).strip();
        if (!ShownText.isName(name, 0, NAME_LENGTH_MAX)) {
            faults.add("name", "is not a name", "Send 1 to %d characters.".formatted(NAME_LENGTH_MAX));
        }
        String password = newPassword(faults, "password", request.password());
        faults.check();
        answer(ctx.status(201), signUp.register(email, name, password, addresses.of(ctx)));
    }

    private void login(Context ctx) {
        browsers.refuseForeignPage(ctx);
        LoginRequest request = RequestBody.json(ctx, LoginRequest.class, BODY_BYTES_MAX);
        var faults = new Faults();
        String email = given(faults, "email", request.email());
        String password = given(faults, "password", request.password());
        faults.check();
        String from = addresses.of(ctx);
        answer(ctx, limits.within(from, () -> sessions.signIn(email, password, from)));
    }

    private void me(Context ctx) {
        ctx.json(
                switch (authentication.caller(ctx)) {
                    case Caller.Person person -> new PersonAnswer("person", profiles.of(person));
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

    private void changePassword(Context ctx) {
        Caller.Person person = person(ctx);
        PasswordRequest request = RequestBody.json(ctx, PasswordRequest.class, BODY_BYTES_MAX);
        var faults = new Faults();
        String current = given(faults, "currentPassword", request.currentPassword());
        String next = newPassword(faults, "newPassword", request.newPassword());
        faults.check();
        sessions.changePassword(person, authentication.actor(ctx), current, next);
        ctx.status(204);
    }

    private void logout(Context ctx) {
        RequestBody.ignore(ctx);
        sessions.signOut(person(ctx));
        cookie.takeAway(ctx);
        ctx.status(204);
    }

    private void answer(Context ctx, Sessions.SignedIn signedIn) {
        cookie.give(ctx, signedIn.token());
        ctx.json(new SignedInAnswer(signedIn.token(), signedIn.expiresAt(), profiles.of(signedIn.person())));
    }

    private Caller.Person person(Context ctx) {
        return switch (authentication.caller(ctx)) {
            case Caller.Person person -> person;
            case Caller.Key key ->
                throw ProblemException.invalid(
                        "Authorization", "is an API key, which has no session", "Revoke the key to end its use.");
        };
    }

    static String email(Faults faults, String field, @Nullable String value) {
        String text = given(faults, field, value);
        return EmailAddress.parse(text).orElseGet(() -> {
            if (!text.isEmpty()) {
                faults.add(field, "is not an e-mail address", "Send one such as ann@example.com.");
            }
            return "";
        });
    }

    static String newPassword(Faults faults, String field, @Nullable String value) {
        String password = given(faults, field, value);
        if (!password.isEmpty() && !Passwords.isLongEnough(password)) {
            faults.add(
                    field,
                    "has %d characters".formatted(ShownText.characters(password)),
                    "Send %d to %d.".formatted(Passwords.LENGTH_MIN, Passwords.LENGTH_MAX));
        }
        return password;
    }

    static String given(Faults faults, String field, @Nullable String value) {
        if (value == null || value.isBlank()) {
            faults.add(field, "is missing", "Send it.");
            return "";
        }
        return value;
    }
}
