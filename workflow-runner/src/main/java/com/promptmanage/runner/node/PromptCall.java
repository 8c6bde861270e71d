package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.definition.NodeConfig.Prompt;
import com.promptmanage.runner.model.AnswerCache;
import com.promptmanage.runner.model.LanguageModel;
import com.promptmanage.runner.model.ModelAnswer;
import com.promptmanage.runner.model.ModelRequest;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.money.NanoUsd;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** One model, asked one prompt. */
final class PromptCall implements ExternalCall {

    /** What a provider adds around each message. */
    private static final long ENVELOPE_TOKENS = 16;

    private final Account account;

    private final Prompt config;

    private final ModelRequest request;

    private final LanguageModel model;

    private final long inputTokens;

    private final Optional<Duration> cacheTtl;

    private final AnswerCache cache;

    private final Function<CallUsage, Optional<NanoUsd>> cost;

    PromptCall(
            Account account,
            Prompt config,
            ModelRequest request,
            LanguageModel model,
            long inputTokens,
            Optional<Duration> cacheTtl,
            AnswerCache cache,
            Function<CallUsage, Optional<NanoUsd>> cost) {
        this.account = account;
        this.config = config;
        this.request = request;
        this.model = model;
        this.inputTokens = inputTokens;
        this.cacheTtl = cacheTtl;
        this.cache = cache;
        this.cost = cost;
    }

    @Override
    public String target() {
        return model.provider() + "/" + request.model();
    }

    @Override
    public JsonNode request() {
        return request.toJson().put("provider", model.provider());
    }

    @Override
    public String fingerprint() {
        return Fingerprints.of("prompt", request());
    }

    /** Of the answer that is kept. Whoever moves to another place goes on with what is paid for, but wants new answers from there. */
    private String cacheKey() {
        return Fingerprints.of("prompt", request(), model.place());
    }

    @Override
    public Optional<CallEstimate> estimate() {
        return Optional.of(new CallEstimate(
                model.provider(), request.model(), inputTokens + ENVELOPE_TOKENS, request.maxTokens()));
    }

    @Override
    public Repeat repeat() {
        return Repeat.PAID_AGAIN;
    }

    @Override
    public CallResult make(Duration timeout, CallWatcher watcher) throws InterruptedException {
        CallResult result = model.ask(request, timeout, watcher);
        if (cacheTtl.isPresent() && result instanceof CallResult.Answered(Answer answer)) {
            ModelAnswer told = ModelAnswer.of(answer.content());
            // What was cut short, came empty or is of no use may come better the next time.
            if (answer.usage().isPresent()
                    && !told.isCutShort()
                    && !told.text().isBlank()
                    && !(use(answer) instanceof Outcome.Failed)) {
                cache.keep(
                        account,
                        cacheKey(),
                        new AnswerCache.Kept(told, answer.usage().get()),
                        cacheTtl.get());
            }
        }
        return result;
    }

    @Override
    public Outcome use(Answer answer) {
        ObjectNode usage = PromptOutput.usage(answer.usage(), cost);
        return PromptOutput.of(ModelAnswer.of(answer.content()), config, usage.put("cached", false));
    }

    /** If an answer to this is kept: nothing is used then, and what that saves is told. */
    Optional<Plan> kept() {
        return cacheTtl.flatMap(ttl -> cache.find(account, cacheKey(), ttl)).flatMap(kept -> {
            ObjectNode usage = PromptOutput.usage(Optional.empty(), cost).put("cached", true);
            usage.set("saved", PromptOutput.usage(Optional.of(kept.usage()), cost));
            Outcome outcome = PromptOutput.of(kept.answer(), config, usage);
            long savedNanoUsd = cost.apply(kept.usage()).map(NanoUsd::value).orElse(0L);
            return outcome instanceof Outcome.Failed
                    ? Optional.empty()
                    : Optional.of(new Plan.Known(outcome, savedNanoUsd));
        });
    }
}
