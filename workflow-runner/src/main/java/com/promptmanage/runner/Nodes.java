package com.promptmanage.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.connector.EmailConnector;
import com.promptmanage.runner.connector.HttpSender;
import com.promptmanage.runner.definition.DefinitionCheck;
import com.promptmanage.runner.expression.Expressions;
import com.promptmanage.runner.model.AnswerTable;
import com.promptmanage.runner.model.ListPrices;
import com.promptmanage.runner.model.ModelSettings;
import com.promptmanage.runner.model.Models;
import com.promptmanage.runner.node.NodeExecutor;
import com.promptmanage.runner.node.NodeExecutors;
import com.promptmanage.runner.node.NodeExpressions;
import com.promptmanage.runner.node.NodeInvocation.Context;
import com.promptmanage.runner.secret.CredentialRoutes;
import com.promptmanage.runner.secret.CredentialTable;
import com.promptmanage.runner.source.DataSources;
import com.promptmanage.runner.trigger.HookSecrets;
import com.promptmanage.runner.work.BudgetGate;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.service.token.TokenCounter;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What nodes do, put together: models, connectors, credentials, and the routes to set them up. */
public final class Nodes implements AutoCloseable {

    private final SecretBox secrets;

    private final DefinitionCheck check;

    private final CredentialTable credentials;

    private final DataSources sources;

    private final NodeExecutor executor;

    private final NodeExpressions expressions;

    private final ListPrices prices = new ListPrices();

    /**
     * @param guarded for addresses that tenants give
     * @param trusted for those that the operator gives, which may lead inside
     * @param mailer empty if the operator has set up no mail
     */
    public Nodes(
            Database database,
            SecretBox secrets,
            Outbound guarded,
            Outbound trusted,
            Optional<Mailer> mailer,
            ModelSettings models,
            Clock clock) {
        var sender = new HttpSender(guarded, clock);
        var compiled = new Expressions();
        var counter = new TokenCounter();
        // Nodes take turns at the database, however many run at once; who sets things up does not wait for them.
        Database background = database.background();
        var credentialsOfNodes = new CredentialTable(background, secrets, clock);
        this.secrets = secrets;
        this.check = new DefinitionCheck(compiled);
        this.credentials = new CredentialTable(database, secrets, clock);
        this.sources = new DataSources(
                database, credentialsOfNodes, guarded, sender, List.of(new EmailConnector(mailer, background)), clock);
        this.executor = NodeExecutors.of(
                compiled,
                new Models(models, credentialsOfNodes, guarded, trusted, counter, clock),
                counter,
                new AnswerTable(background, clock),
                sources.places(),
                sender,
                credentialsOfNodes);
        this.expressions = new NodeExpressions(compiled);
    }

    /** Seals anew what is sealed with an old key, and begins to sync sources by themselves. */
    public void start() {
        credentials.rotate();
        sources.start();
    }

    /** What {@link Runner#start} wants. */
    public Runner.Parts parts(BudgetGate budgets) {
        return new Runner.Parts(
                executor,
                new BesideNodes(expressions),
                prices::cost,
                budgets,
                check::check,
                new Sealed(secrets),
                sources.setup(credentials));
    }

    /** {@code /api/data-sources}, {@code /api/connectors} and {@code /api/credentials}, as {@link DataSources#OPEN_API} says. */
    public List<Routes> routes(Authentication authentication, Tiers tiers) {
        var routes = new ArrayList<Routes>(sources.routes(authentication, tiers));
        routes.add(new CredentialRoutes(authentication, credentials));
        return List.copyOf(routes);
    }

    @Override
    public void close() {
        sources.close();
    }

    private record BesideNodes(NodeExpressions expressions) implements com.promptmanage.runner.work.Expressions {

        @Override
        public boolean holds(String condition, Context context) {
            return expressions.holds(condition, context);
        }

        @Override
        public Optional<JsonNode> value(String path, Context context) {
            return expressions.value(path, context);
        }
    }

    private record Sealed(SecretBox secrets) implements HookSecrets.Seal {

        @Override
        public String seal(String plain, String place) {
            return secrets.seal(place, plain);
        }

        @Override
        public String open(String closed, String place) {
            return secrets.open(place, closed);
        }

        @Override
        public boolean isOld(String closed) {
            return secrets.isOld(closed);
        }
    }
}
