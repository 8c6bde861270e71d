package com.promptmanage.query.meters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.query.meters.Asking.Allowed;
import com.promptmanage.query.meters.MeterForm.Fixed;
import com.promptmanage.query.request.Fields;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** {@code /api/v1/meters} and {@code …/{slug}}: the meters that are there, and those that people define. */
final class DefinitionRoutes implements Routes {

    private static final long BODY_BYTES_MAX = 64 << 10;

    private final Authentication authentication;

    private final Asking asking;

    private final DefinedMeters defined;

    DefinitionRoutes(Authentication authentication, Asking asking, DefinedMeters defined) {
        this.authentication = authentication;
        this.asking = asking;
        this.defined = defined;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/v1/meters", this::list);
        routes.post("/api/v1/meters", this::create);
        routes.get("/api/v1/meters/{slug}", this::get);
        routes.put("/api/v1/meters/{slug}", this::change);
        routes.delete("/api/v1/meters/{slug}", this::remove);
    }

    private void list(Context ctx) {
        Allowed allowed = asking.require(ctx, Action.VIEW);
        ArrayNode meters = JsonNodeFactory.instance.arrayNode();
        for (Meter meter : TokenMeter.values()) {
            meters.add(meter.json());
        }
        defined.list(allowed.caller(), allowed.account()).forEach(meter -> meters.add(meter.json()));
        ctx.json(meters);
    }

    private void get(Context ctx) {
        Allowed allowed = asking.require(ctx, Action.VIEW);
        String slug = ctx.pathParam("slug");
        Meter meter = TokenMeter.parse(slug)
                .<Meter>map(one -> one)
                .or(() -> defined.find(allowed.caller(), allowed.account(), slug))
                .orElseThrow(DefinedMeters::none);
        ctx.json(meter.json());
    }

    /** Answered 200, as OpenMeter does: its clients look for no other. */
    private void create(Context ctx) {
        Allowed allowed = asking.require(ctx, Action.MANAGE_SETTINGS);
        var faults = new Faults();
        MeterForm form = MeterForm.ofNew(Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults));
        faults.check();
        Fixed fixed = form.fixed();
        if (fixed == null) {
            throw new IllegalStateException("without a fault there is all that a meter needs");
        }
        ctx.json(defined.create(allowed.caller(), allowed.account(), authentication.actor(ctx), form, fixed)
                .json());
    }

    private void change(Context ctx) {
        Allowed allowed = asking.require(ctx, Action.MANAGE_SETTINGS);
        var faults = new Faults();
        MeterForm form = MeterForm.ofChange(Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults));
        faults.check();
        ctx.json(defined.change(
                        allowed.caller(), allowed.account(), authentication.actor(ctx), ctx.pathParam("slug"), form)
                .json());
    }

    private void remove(Context ctx) {
        Allowed allowed = asking.require(ctx, Action.MANAGE_SETTINGS);
        defined.remove(allowed.caller(), allowed.account(), authentication.actor(ctx), ctx.pathParam("slug"));
        ctx.status(204);
    }
}
