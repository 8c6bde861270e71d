package com.promptmanage.runner.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.connector.SampleConnector;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.DefinitionFault;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.runner.definition.NodeType;
import com.promptmanage.runner.definition.Reading;
import com.promptmanage.runner.template.TemplateParameter.Kind;
import com.promptmanage.topics.account.Account;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Makes a definition of a template, or tells everything that stands in the way. Safe for use by several threads. */
public final class Deployer {

    private static final Pattern SECRET_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,127}");

    private static final int VALUE_LENGTH_MAX = 10_000;

    private final Function<Reading, List<DefinitionFault>> check;

    private final AccountSetup setup;

    private final SetupRules rules;

    /**
     * @param check tells everything that is wrong with a definition that was read
     * @param setup what accounts have of what is asked for
     */
    public Deployer(Function<Reading, List<DefinitionFault>> check, AccountSetup setup) {
        this.check = check;
        this.setup = setup;
        this.rules = new SetupRules(setup);
    }

    /** The same template and wishes come to the same, for an account that has the same. */
    public Deployed deploy(WorkflowTemplate template, Deployment deployment, Account account) {
        var faults = new ArrayList<Deployed.Fault>();
        Map<String, String> replacements = replacements(template.parameters(), deployment, account, faults);
        var definition = (ObjectNode) new Placeholders(replacements).fill(template.definition());
        customise(definition, deployment.promptCustomizations(), faults);
        Reading reading = DefinitionJson.read(definition);
        sources(template.parameters(), deployment, account, reading.definition(), faults);
        var found = new ArrayList<>(check.apply(reading));
        found.addAll(rules.faults(account, reading));
        found.stream()
                .filter(DefinitionFault::isError)
                .forEach(fault -> faults.add(
                        new Deployed.Fault(fault.fieldWithin("definition"), fault.detail(), fault.remedy())));
        if (!faults.isEmpty()) {
            return new Deployed.Refused(List.copyOf(faults));
        }
        return new Deployed.Ready(
                deployment.name().filter(name -> !name.isBlank()).orElse(template.name()),
                template.description(),
                reading.definition(),
                List.copyOf(found));
    }

    private Map<String, String> replacements(
            List<TemplateParameter> parameters, Deployment deployment, Account account, List<Deployed.Fault> faults) {
        var replacements = new HashMap<String, String>();
        for (TemplateParameter parameter : parameters) {
            Map<String, String> given = given(parameter.kind(), deployment);
            String field = nameOf(parameter.kind()) + "." + parameter.name();
            String value = valueOf(parameter, given);
            lack(parameter, value, given.containsKey(parameter.name()), account)
                    .ifPresent(lack -> faults.add(fault(field, lack)));
            replacement(parameter, value).ifPresent(text -> replacements.put(parameter.name(), text));
        }
        unknown(parameters, "dataSourceMappings", deployment.dataSourceMappings(), faults);
        unknown(parameters, "secretMappings", deployment.secretMappings(), faults);
        unknown(parameters, "values", deployment.values(), faults);
        return replacements;
    }

    /** What is wrong with a value by itself. */
    private Optional<AccountSetup.Lack> lack(
            TemplateParameter parameter, String value, boolean isGiven, Account account) {
        if (value.isBlank()) {
            return Optional.of(new AccountSetup.Lack("is missing", "Give it: " + parameter.description()));
        }
        if (value.length() > VALUE_LENGTH_MAX) {
            return Optional.of(new AccountSetup.Lack(
                    "has %,d characters".formatted(value.length()),
                    "Keep it within %,d characters.".formatted(VALUE_LENGTH_MAX)));
        }
        return switch (parameter.kind()) {
            case DATA_SOURCE -> Optional.empty();
            case SECRET -> secret(value, isGiven, account);
            case TEXT, NUMBER, LIST, EMAIL, URL ->
                ValueFit.of(parameter, value) instanceof ValueFit.Refused refused
                        ? Optional.of(new AccountSetup.Lack(refused.detail(), refused.remedy()))
                        : Optional.empty();
        };
    }

    private Optional<AccountSetup.Lack> secret(String name, boolean isGiven, Account account) {
        if (!SECRET_NAME.matcher(name).matches()) {
            return Optional.of(new AccountSetup.Lack(
                    "is not the name of a secret", "Store the secret, and give the name it is stored under."));
        }
        // One that nobody named may be stored later, under the parameter's own name.
        return isGiven ? setup.secret(account, name) : Optional.empty();
    }

    /** What the definition does with a data source says which kinds of it will do. */
    private void sources(
            List<TemplateParameter> parameters,
            Deployment deployment,
            Account account,
            Definition definition,
            List<Deployed.Fault> faults) {
        for (TemplateParameter parameter : parameters) {
            String value = valueOf(parameter, deployment.dataSourceMappings());
            if (parameter.kind() == Kind.DATA_SOURCE && !value.isBlank() && value.length() <= VALUE_LENGTH_MAX) {
                Set<SourceKind> fitting = SourceFit.fitting(definition, Placeholders.literal(value));
                String field = nameOf(Kind.DATA_SOURCE) + "." + parameter.name();
                setup.source(account, value, parameter.connector(), fitting)
                        .map(lack -> orTriedOut(lack, parameter))
                        .ifPresent(lack -> faults.add(fault(field, lack)));
            }
        }
    }

    private static AccountSetup.Lack orTriedOut(AccountSetup.Lack lack, TemplateParameter parameter) {
        return parameter.sample() == null
                ? lack
                : new AccountSetup.Lack(
                        lack.detail(), "%s Or give %s to try it out.".formatted(lack.remedy(), SampleConnector.ID));
    }

    private static Deployed.Fault fault(String field, AccountSetup.Lack lack) {
        return new Deployed.Fault(field, lack.detail(), lack.remedy());
    }

    /** What is missing or refused stays open, so that what else is wrong can be told and nothing more. */
    private static Optional<String> replacement(TemplateParameter parameter, String value) {
        if (value.isBlank() || value.length() > VALUE_LENGTH_MAX) {
            return ValueFit.standIn(parameter.kind());
        }
        if (parameter.kind() == Kind.SECRET) {
            return Optional.of(value)
                    .filter(name -> SECRET_NAME.matcher(name).matches())
                    .map("{{secrets.%s}}"::formatted);
        }
        return switch (ValueFit.of(parameter, value)) {
            case ValueFit.Taken taken -> Optional.of(taken.text());
            case ValueFit.Refused refused -> ValueFit.standIn(parameter.kind());
        };
    }

    /** The sample, without saying which, is the one that has what the template reads. */
    private static String valueOf(TemplateParameter parameter, Map<String, String> given) {
        String value = given.getOrDefault(parameter.name(), standIn(parameter));
        return parameter.sample() != null && value.strip().equals(SampleConnector.ID) ? parameter.sample() : value;
    }

    private static String standIn(TemplateParameter parameter) {
        String absent = parameter.kind() == Kind.SECRET ? parameter.name() : "";
        return parameter.defaultValue() == null ? absent : parameter.defaultValue();
    }

    private static void unknown(
            List<TemplateParameter> parameters,
            String mapping,
            Map<String, String> given,
            List<Deployed.Fault> faults) {
        Set<String> names = new LinkedHashSet<>();
        parameters.stream()
                .filter(parameter -> nameOf(parameter.kind()).equals(mapping))
                .forEach(parameter -> names.add(parameter.name()));
        given.keySet().stream()
                .filter(name -> !names.contains(name))
                .sorted()
                .forEach(name -> faults.add(new Deployed.Fault(
                        mapping + "." + name,
                        "is not a parameter of this template",
                        names.isEmpty() ? "Leave it out." : "Use one of %s.".formatted(names))));
    }

    private static Map<String, String> given(Kind kind, Deployment deployment) {
        return switch (kind) {
            case DATA_SOURCE -> deployment.dataSourceMappings();
            case SECRET -> deployment.secretMappings();
            case TEXT, NUMBER, LIST, EMAIL, URL -> deployment.values();
        };
    }

    private static String nameOf(Kind kind) {
        return switch (kind) {
            case DATA_SOURCE -> "dataSourceMappings";
            case SECRET -> "secretMappings";
            case TEXT, NUMBER, LIST, EMAIL, URL -> "values";
        };
    }

    private static void customise(ObjectNode definition, Map<String, String> prompts, List<Deployed.Fault> faults) {
        var open = new HashMap<>(prompts);
        for (JsonNode node : definition.path("nodes")) {
            String text = node.path("type").asText().equals(NodeType.PROMPT.value())
                    ? open.remove(node.path("id").asText())
                    : null;
            if (text != null && node.get("config") instanceof ObjectNode config) {
                config.put("promptTemplate", text);
            }
        }
        open.keySet().stream()
                .sorted()
                .forEach(id -> faults.add(new Deployed.Fault(
                        "promptCustomizations." + id,
                        "is not a prompt of this template",
                        "Name a prompt node by its id.")));
    }
}
