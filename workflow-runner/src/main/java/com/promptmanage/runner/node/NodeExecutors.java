package com.promptmanage.runner.node;

import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.HttpSender;
import com.promptmanage.runner.connector.Places;
import com.promptmanage.runner.definition.NodeType;
import com.promptmanage.runner.expression.Expressions;
import com.promptmanage.runner.model.AnswerCache;
import com.promptmanage.runner.model.ListPrices;
import com.promptmanage.runner.model.Models;
import com.promptmanage.runner.secret.SecretValues;
import com.promptmanage.service.token.TokenCounter;
import java.util.Map;

/**
 * What nodes do, by their types. Loops and delays are not in it: they are the engine's own, for they have to do with what runs
 * when, and with nothing else.
 */
public final class NodeExecutors implements NodeExecutor {

    private final Map<NodeType, NodeExecutor> byType;

    private NodeExecutors(Map<NodeType, NodeExecutor> byType) {
        this.byType = Map.copyOf(byType);
    }

    /**
     * Those for every type that does something.
     *
     * @param cache {@link AnswerCache#NONE} to ask for each prompt anew, whatever it says
     */
    public static NodeExecutors of(
            Expressions expressions,
            Models models,
            TokenCounter counter,
            AnswerCache cache,
            Places places,
            HttpSender sender,
            SecretValues secrets) {
        Rendering.Factory renderings = ScopedRendering.with(expressions);
        return new NodeExecutors(Map.of(
                NodeType.DATA_SOURCE, new DataSourceExecutor(renderings, places),
                NodeType.PROMPT, new PromptExecutor(renderings, models, counter, cache, new ListPrices()),
                NodeType.CONDITION, new ConditionExecutor(renderings),
                NodeType.TRANSFORM, new TransformExecutor(renderings),
                NodeType.OUTPUT, new OutputExecutor(renderings, places, secrets),
                NodeType.WEBHOOK, new WebhookExecutor(renderings, sender, secrets)));
    }

    @Override
    public Plan plan(NodeInvocation invocation) {
        NodeExecutor executor = byType.get(invocation.node().type());
        if (executor == null) {
            return new Plan.Done(new Outcome.Failed(
                    Failure.Kind.PERMANENT,
                    "a node of the type '%s' does nothing by itself"
                            .formatted(invocation.node().type().value())));
        }
        return executor.plan(invocation);
    }
}
