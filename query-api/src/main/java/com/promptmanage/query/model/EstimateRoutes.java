package com.promptmanage.query.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.promptmanage.query.model.Estimator.Estimate;
import com.promptmanage.query.model.Estimator.Prompt;
import com.promptmanage.query.model.Estimator.Quote;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.token.TokenCounter;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code POST /api/token-tracking/estimate}: what a prompt would use and cost. */
public final class EstimateRoutes implements Routes {

    /** Of text and context together, in UTF-8, with what JSON puts around it. Half a second of counting at the worst. */
    private static final long BODY_BYTES_MAX = 1 << 20;

    private static final long OUTPUT_TOKENS_MAX = TokenCounts.MAX;

    /** Half of the processors. */
    private static final int COUNTING_AT_ONCE = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    private static final Duration WAIT_MAX = Duration.ofSeconds(2);

    private static final Set<String> FIELDS =
            Set.of("text", "contextText", "model", "maxOutputTokens", "teamId", "userId");

    private final Authentication authentication;

    private final AccountRouting routing;

    private final Estimator estimator = new Estimator(new TokenCounter());

    private final CountingTurns turns = new CountingTurns(COUNTING_AT_ONCE, WAIT_MAX);

    private final Clock clock;

    public EstimateRoutes(Authentication authentication, AccountRouting routing, Clock clock) {
        this.authentication = authentication;
        this.routing = routing;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/api/token-tracking/estimate", this::estimate);
    }

    /** @param tokenizer the vocabulary that was counted with; {@code approximate} says if it is not the model's own */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    private record EstimateAnswer(
            String model,
            long inputTokens,
            long outputTokens,
            long totalTokens,
            @Nullable String inputCost,
            @Nullable Long inputCostNanoUsd,
            @Nullable String outputCost,
            @Nullable Long outputCostNanoUsd,
            @Nullable String estimatedCost,
            @Nullable Long estimatedCostNanoUsd,
            boolean unpriced,
            boolean approximate,
            String tokenizer,
            List<Suggestion> suggestions) {

        static EstimateAnswer of(String model, Estimate estimate) {
            OptionalLong cost = estimate.costNanoUsd();
            @Nullable Long whole = cost.isPresent() ? cost.getAsLong() : null;
            @Nullable
            Long input = estimate.inputCostNanoUsd().isPresent()
                    ? estimate.inputCostNanoUsd().getAsLong()
                    : null;
            @Nullable Long output = whole == null || input == null ? null : whole - input;
            return new EstimateAnswer(
                    model,
                    estimate.tokens().totalInput(),
                    estimate.tokens().get(TokenKind.OUTPUT),
                    estimate.tokens().total(),
                    usd(input),
                    input,
                    usd(output),
                    output,
                    usd(whole),
                    whole,
                    whole == null,
                    estimate.isApproximate(),
                    estimate.vocabulary(),
                    estimate.suggestions());
        }

        private static @Nullable String usd(@Nullable Long nanoUsd) {
            return nanoUsd == null ? null : new NanoUsd(nanoUsd).toUsd();
        }
    }

    /** What the prompt costs is asked of the account that would pay, for it may have prices of its own. */
    private void estimate(Context ctx) {
        Caller caller = authentication.caller(ctx);
        byte[] body = RequestBody.bytes(ctx, BODY_BYTES_MAX);
        var faults = new Faults();
        Fields fields = Fields.of(body, faults);
        Prompt prompt = prompt(fields);
        Optional<Asked> asked = Asked.of(
                caller, fields.id("teamId").orElse(null), fields.id("userId").orElse(null), faults);
        faults.check();
        Account account = asked.orElseThrow().account();
        Permissions.require(caller, Action.VIEW, account);
        routing.answer(
                ctx,
                account,
                body,
                reads -> ctx.json(EstimateAnswer.of(prompt.model(), counted(prompt, quote(reads, account)))));
    }

    private static Prompt prompt(Fields fields) {
        fields.refuseOthersThan(FIELDS);
        Optional<String> text = fields.text("text");
        if (text.isEmpty()) {
            fields.missing("text", "Send the prompt; it may be empty.");
        }
        Optional<String> model = fields.id("model");
        if (model.isEmpty()) {
            fields.missing("model", "Name the model.");
        }
        return new Prompt(
                text.orElse(""),
                fields.text("contextText").orElse(""),
                model.orElse(""),
                fields.wholeNumber("maxOutputTokens", 0, OUTPUT_TOKENS_MAX));
    }

    private Estimate counted(Prompt prompt, Quote quote) {
        return turns.count(
                prompt.text().length() + prompt.contextText().length(), () -> estimator.estimate(prompt, quote));
    }

    private Quote quote(AccountReads reads, Account account) {
        long nowMs = clock.millis();
        return (model, tokens) ->
                reads.quote(TokenUsage.of(account.id(), account.isTeam() ? account.id() : null, model, tokens), nowMs);
    }
}
