package com.promptmanage.service.http;

import com.promptmanage.service.http.Problem.Kind;
import com.promptmanage.service.secret.UnreadableSecretException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever ends a request into a {@link Problem}. No stack trace and no class name leaves the process. */
final class Answers implements Routes {

    private static final Logger LOGGER = LoggerFactory.getLogger(Answers.class);

    /** Someone has to do it. */
    private static final Duration KEY_PUT_BACK = Duration.ofMinutes(5);

    private static final Problem UNEXPECTED =
            Kind.UNEXPECTED.because("Try again later; tell us the request's id if it stays.", List.of());

    @Override
    public void addTo(RoutesConfig routes) {
        routes.exception(ProblemException.class, Answers::answer);
        routes.exception(UnavailableException.class, Answers::answer);
        routes.exception(UnreadableSecretException.class, Answers::answer);
        routes.exception(MethodNotAllowedResponse.class, Answers::answer);
        routes.exception(
                HttpResponseException.class,
                (e, ctx) -> answer(ctx, of(e.getStatus(), String.valueOf(e.getMessage()))));
        routes.exception(Exception.class, Answers::answer);
    }

    static void answer(Context ctx, Problem problem) {
        if (ctx.res().isCommitted()) {
            // Half of it is on its way, and must not end as if it were whole.
            RawAnswer.breakOff(ctx);
            return;
        }
        // Of an answer that had begun, nothing is to be left.
        ctx.res().resetBuffer();
        ctx.res().setHeader("Content-Disposition", null);
        RequestBody.discard(ctx);
        RawAnswer.send(ctx, problem.status(), Problem.CONTENT_TYPE, Json.bytes(problem.in(RequestIds.of(ctx))));
    }

    private static void answer(ProblemException problem, Context ctx) {
        problem.headers().forEach(ctx::header);
        answer(ctx, problem.problem());
    }

    private static void answer(UnavailableException away, Context ctx) {
        LOGGER.atWarn()
                .addKeyValue("requestId", RequestIds.of(ctx))
                .addKeyValue("path", ctx.path())
                .addKeyValue("cause", String.valueOf(away.getCause()))
                .log("answered 503");
        answer(ProblemException.unavailable(String.valueOf(away.getMessage()), away.retryAfter()), ctx);
    }

    /** It is there again with its key: senders that try once more lose nothing. */
    private static void answer(UnreadableSecretException lost, Context ctx) {
        LOGGER.atError()
                .addKeyValue("requestId", RequestIds.of(ctx))
                .addKeyValue("path", ctx.path())
                .addKeyValue("cause", lost.getMessage())
                .log("answered 503");
        answer(ProblemException.unavailable(UnreadableSecretException.TOLD + ".", KEY_PUT_BACK), ctx);
    }

    /** OPTIONS is answered for every address that exists; other methods are told which ones it takes. */
    private static void answer(MethodNotAllowedResponse refused, Context ctx) {
        var allowed = new TreeSet<>(List.of(
                refused.getDetails().getOrDefault("availableMethods", "").split(",\\s*")));
        allowed.removeIf(String::isBlank);
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        allowed.add("OPTIONS");
        ctx.header("Allow", String.join(", ", allowed));
        if (ctx.req().getMethod().equals("OPTIONS")) {
            ctx.status(204);
        } else {
            answer(ctx, Kind.METHOD_NOT_ALLOWED.because("Use one of " + String.join(", ", allowed), List.of()));
        }
    }

    private static void answer(Exception e, Context ctx) {
        LOGGER.atError()
                .setCause(e)
                .addKeyValue("requestId", RequestIds.of(ctx))
                .addKeyValue("method", ctx.req().getMethod())
                .addKeyValue("path", ctx.path())
                .log("request failed");
        answer(ctx, UNEXPECTED);
    }

    /** For a stack or a heap that overflowed, where the framework gives no {@link Context}. */
    static void answer(HttpServletResponse response, Error error) {
        LOGGER.atError().setCause(error).log("request failed");
        response.setStatus(Kind.UNEXPECTED.status());
        response.setContentType(Problem.CONTENT_TYPE);
        try {
            response.getOutputStream().write(Json.bytes(UNEXPECTED));
        } catch (IOException e) {
            LOGGER.atDebug().setCause(e).log("the caller went away");
        }
    }

    /** What the web framework or the server itself says. */
    static Problem of(int status, String message) {
        for (Kind kind : Kind.values()) {
            if (kind.status() == status) {
                return kind == Kind.NOT_FOUND
                        ? kind.because("There is nothing at this address.", List.of())
                        : kind.because(message, List.of());
            }
        }
        return status < 500
                ? Kind.INVALID_REQUEST.because(message, List.of())
                : Kind.UNEXPECTED.because("Try again later.", List.of());
    }
}
