package com.promptmanage.runner.node;

import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.NodeConfig.Prompt;
import com.promptmanage.runner.definition.NodeConfig.ResponseFormat;
import com.promptmanage.runner.model.AnswerCache;
import com.promptmanage.runner.model.LanguageModel;
import com.promptmanage.runner.model.ListPrices;
import com.promptmanage.runner.model.ModelRequest;
import com.promptmanage.runner.model.Models;
import com.promptmanage.service.token.TokenCounter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks a model. Its alternatives are the node's model and those to fall back on, in order; one for which nobody can be asked
 * is left out, unless there is no other.
 */
final class PromptExecutor implements NodeExecutor {

    /** As text; a million tokens are about four times as much. */
    private static final int PROMPT_CHARS_MAX = 4 << 20;

    private final Rendering.Factory renderings;

    private final Models models;

    private final TokenCounter counter;

    private final AnswerCache cache;

    private final ListPrices prices;

    PromptExecutor(
            Rendering.Factory renderings, Models models, TokenCounter counter, AnswerCache cache, ListPrices prices) {
        this.renderings = renderings;
        this.models = models;
        this.counter = counter;
        this.cache = cache;
        this.prices = prices;
    }

    @Override
    public Plan plan(NodeInvocation invocation) {
        var config = (Prompt) invocation.node().config();
        Rendering rendering = renderings.of(invocation);
        try {
            String prompt = rendering.text(config.promptTemplate());
            String system = config.contextTemplate() == null ? "" : rendering.text(config.contextTemplate());
            if (prompt.isBlank()) {
                return failed("the prompt is empty once its values are put in");
            }
            if (prompt.length() + system.length() > PROMPT_CHARS_MAX) {
                return failed("the prompt has more than %,d characters".formatted(PROMPT_CHARS_MAX));
            }
            var names = new ArrayList<String>();
            names.add(rendering.text(config.model()).strip());
            for (String fallback : config.fallbackModels()) {
                names.add(rendering.text(fallback).strip());
            }
            return plan(invocation, config, prompt, system.isBlank() ? null : system, names);
        } catch (RenderingException e) {
            return failed(e.said());
        }
    }

    private Plan plan(
            NodeInvocation invocation, Prompt config, String prompt, @Nullable String system, List<String> names) {
        var calls = new ArrayList<PromptCall>();
        @Nullable Failure first = null;
        for (String name : names.stream().distinct().toList()) {
            switch (models.find(invocation.run().account(), name, config.provider())) {
                case Models.Found.Model found ->
                    calls.add(call(invocation, config, request(config, name, prompt, system), found.model()));
                case Models.Found.Nobody nobody -> first = first == null ? nobody.failure() : first;
            }
        }
        if (calls.isEmpty() && first != null) {
            return new Plan.Done(new Outcome.Failed(first));
        }
        return calls.getFirst().kept().orElseGet(() -> new Plan.Calls(calls));
    }

    private PromptCall call(NodeInvocation invocation, Prompt config, ModelRequest request, LanguageModel model) {
        long tokens = counter.count((system(request) + request.prompt()), request.model())
                .tokens();
        return new PromptCall(
                invocation.run().account(),
                config,
                request,
                model,
                tokens,
                Optional.ofNullable(config.cacheTtl()),
                cache,
                this::cost);
    }

    private Optional<com.promptmanage.topics.money.NanoUsd> cost(CallUsage usage) {
        return prices.cost(usage);
    }

    private static String system(ModelRequest request) {
        return request.system() == null ? "" : request.system() + "\n";
    }

    private static ModelRequest request(Prompt config, String model, String prompt, @Nullable String system) {
        return new ModelRequest(
                model,
                prompt,
                system,
                config.temperature(),
                config.maxTokens() == null ? ModelRequest.MAX_TOKENS_DEFAULT : config.maxTokens(),
                config.responseFormat() == ResponseFormat.JSON);
    }

    private static Plan failed(String message) {
        return new Plan.Done(new Outcome.Failed(Failure.Kind.VALIDATION, message));
    }
}
