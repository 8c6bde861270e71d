package com.promptmanage.service.access;

import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import org.jspecify.annotations.Nullable;

/** {@code /api/auth/password-reset}: for those who have forgotten their password. */
final class PasswordResetRoutes implements Routes {

    private final BrowserRequests browsers;

    private final ClientAddresses addresses;

    private final PasswordResets resets;

    record ResetRequest(@Nullable String email) {}

    record ConfirmRequest(@Nullable String token, @Nullable String newPassword) {}

    PasswordResetRoutes(BrowserRequests browsers, ClientAddresses addresses, PasswordResets resets) {
        this.browsers = browsers;
        this.addresses = addresses;
        this.resets = resets;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/api/auth/password-reset", this::request);
        routes.post("/api/auth/password-reset/confirm", this::confirm);
    }

    private void request(Context ctx) {
        browsers.refuseForeignPage(ctx);
        ResetRequest request = RequestBody.json(ctx, ResetRequest.class, AuthRoutes.BODY_BYTES_MAX);
        var faults = new Faults();
        String email = AuthRoutes.email(faults, "email", request.email());
        faults.check();
        resets.request(email, addresses.of(ctx));
        ctx.status(202);
    }

    private void confirm(Context ctx) {
        browsers.refuseForeignPage(ctx);
        ConfirmRequest request = RequestBody.json(ctx, ConfirmRequest.class, AuthRoutes.BODY_BYTES_MAX);
        var faults = new Faults();
        String token = AuthRoutes.given(faults, "token", request.token());
        String password = AuthRoutes.newPassword(faults, "newPassword", request.newPassword());
        faults.check();
        resets.confirm(
                token.strip(), password, new Actor("person", "", "", addresses.of(ctx), ctx.header("User-Agent")));
        ctx.status(204);
    }
}
