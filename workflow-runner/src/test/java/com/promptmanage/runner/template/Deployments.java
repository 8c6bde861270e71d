package com.promptmanage.runner.template;

import com.promptmanage.runner.definition.DefinitionCheck;
import com.promptmanage.runner.expression.Expressions;
import com.promptmanage.runner.template.TemplateParameter.Kind;
import com.promptmanage.topics.account.Account;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Templates filled in, and accounts that they are deployed for. */
final class Deployments {

    private Deployments() {}

    /** An account of which everything of a kind is there or not. */
    record Stand(
            boolean hasSources,
            boolean hasSecrets,
            @Nullable SourceKind kind,
            boolean sendsMail) implements AccountSetup {

        Stand(boolean hasSources, boolean hasSecrets, @Nullable SourceKind kind) {
            this(hasSources, hasSecrets, kind, true);
        }

        @Override
        public Optional<Lack> source(
                Account account, String sourceId, @Nullable String connector, Set<SourceKind> fitting) {
            return hasSources
                    ? Optional.empty()
                    : Optional.of(new Lack(
                            "%s of %s is not there".formatted(sourceId, connector),
                            "Connect %s.".formatted(SourceKind.anyOf(fitting))));
        }

        @Override
        public Optional<Lack> secret(Account account, String name) {
            return hasSecrets ? Optional.empty() : Optional.of(new Lack(name + " is not there", "Store it."));
        }

        @Override
        public Optional<SourceKind> kind(Account account, String sourceId) {
            return Optional.ofNullable(kind);
        }

        @Override
        public boolean sendsMail() {
            return sendsMail;
        }
    }

    /** An account of which everything is there, and what is called a sample is one. */
    static final class Sampled implements AccountSetup {

        @Override
        public Optional<Lack> source(
                Account account, String sourceId, @Nullable String connector, Set<SourceKind> fitting) {
            return Optional.empty();
        }

        @Override
        public Optional<Lack> secret(Account account, String name) {
            return Optional.empty();
        }

        @Override
        public Optional<SourceKind> kind(Account account, String sourceId) {
            return Optional.of(SourceKind.SAMPLE).filter(kind -> sourceId.startsWith("sample"));
        }

        @Override
        public boolean sendsMail() {
            return true;
        }
    }

    static Deployer deployer(AccountSetup setup) {
        return new Deployer(new DefinitionCheck(new Expressions())::check, setup);
    }

    static Deployment filledIn(WorkflowTemplate template) {
        var sources = new HashMap<String, String>();
        var values = new HashMap<String, String>();
        for (TemplateParameter parameter : template.parameters()) {
            if (parameter.kind() == Kind.DATA_SOURCE) {
                sources.put(parameter.name(), "ds-" + parameter.name().toLowerCase(Locale.ROOT));
            } else if (parameter.kind() != Kind.SECRET && parameter.defaultValue() == null) {
                values.put(parameter.name(), typed(parameter.kind()));
            }
        }
        return new Deployment(Optional.empty(), sources, Map.of(), values, Map.of());
    }

    static Deployment filledIn(WorkflowTemplate template, TemplateParameter parameter, String source) {
        Deployment given = filledIn(template);
        var sources = new HashMap<>(given.dataSourceMappings());
        sources.put(parameter.name(), source);
        return new Deployment(Optional.empty(), sources, Map.of(), given.values(), Map.of());
    }

    private static String typed(Kind kind) {
        return switch (kind) {
            case NUMBER -> "2";
            case EMAIL -> "mara@example.com";
            case URL -> "https://api.example.com";
            case TEXT, LIST, DATA_SOURCE, SECRET -> "some text";
        };
    }
}
