package com.promptmanage.runner.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
            Map<String, String> given = switch (parameter.kind()) {
                case DATA_SOURCE -> deployment.dataSourceMappings();
                case SECRET -> deployment.secretMappings();
                case TEXT -> deployment.values();
            };
            String field = nameOf(parameter.kind()) + "." + parameter.name();
            String value = given.getOrDefault(parameter.name(), standIn(parameter));
            if (value.isBlank()) {
                faults.add(new Deployed.Fault(field, "is missing", "Give it: " + parameter.description()));
            } else if (value.length() > VALUE_LENGTH_MAX) {
                faults.add(new Deployed.Fault(
                        field,
                        "has %,d characters".formatted(value.length()),
                        "Keep it within %,d characters.".formatted(VALUE_LENGTH_MAX)));
            } else if (parameter.kind() == Kind.SECRET
                    && !SECRET_NAME.matcher(value).matches()) {
                faults.add(new Deployed.Fault(
                        field,
                        "is not the name of a secret",
                        "Store the secret, and give the name it is stored under."));
            } else if (parameter.kind() == Kind.SECRET && given.containsKey(parameter.name())) {
                // One that nobody named may be stored later, under the parameter's own name.
                setup.secret(account, value).ifPresent(lack -> faults.add(fault(field, lack)));
            }
            replacement(parameter, value).ifPresent(text -> replacements.put(parameter.name(), text));
        }
        unknown(parameters, Kind.DATA_SOURCE, deployment.dataSourceMappings(), faults);
        unknown(parameters, Kind.SECRET, deployment.secretMappings(), faults);
        unknown(parameters, Kind.TEXT, deployment.values(), faults);
        return replacements;
    }

    /** What the definition does with a data source says which kinds of it will do. */
    private void sources(
            List<TemplateParameter> parameters,
            Deployment deployment,
            Account account,
            Definition definition,
            List<Deployed.Fault> faults) {
        for (TemplateParameter parameter : parameters) {
            String value = deployment.dataSourceMappings().getOrDefault(parameter.name(), standIn(parameter));
            if (parameter.kind() == Kind.DATA_SOURCE && !value.isBlank() && value.length() <= VALUE_LENGTH_MAX) {
                Set<SourceKind> fitting = SourceFit.fitting(definition, Placeholders.literal(value));
                String field = nameOf(Kind.DATA_SOURCE) + "." + parameter.name();
                setup.source(account, value, parameter.connector(), fitting)
                        .ifPresent(lack -> faults.add(fault(field, lack)));
            }
        }
    }

    private static Deployed.Fault fault(String field, AccountSetup.Lack lack) {
        return new Deployed.Fault(field, lack.detail(), lack.remedy());
    }

    /** What is missing or refused stays open, so that what else is wrong can be told and nothing more. */
    private static Optional<String> replacement(TemplateParameter parameter, String value) {
        if (value.isBlank()) {
            return Optional.empty();
        }
        if (parameter.kind() != Kind.SECRET) {
            return Optional.of(Placeholders.literal(value));
        }
        return Optional.of(value)
                .filter(name -> SECRET_NAME.matcher(name).matches())
                .map("{{secrets.%s}}"::formatted);
    }

    private static String standIn(TemplateParameter parameter) {
        String absent = parameter.kind() == Kind.SECRET ? parameter.name() : "";
        return parameter.defaultValue() == null ? absent : parameter.defaultValue();
    }

    private static void unknown(
            List<TemplateParameter> parameters, Kind kind, Map<String, String> given, List<Deployed.Fault> faults) {
        Set<String> names = new LinkedHashSet<>();
        parameters.stream()
                .filter(parameter -> parameter.kind() == kind)
                .forEach(parameter -> names.add(parameter.name()));
        given.keySet().stream()
                .filter(name -> !names.contains(name))
                .sorted()
                .forEach(name -> faults.add(new Deployed.Fault(
                        nameOf(kind) + "." + name,
                        "is not a parameter of this template",
                        names.isEmpty() ? "Leave it out." : "Use one of %s.".formatted(names))));
    }

    private static String nameOf(Kind kind) {
        return switch (kind) {
            case DATA_SOURCE -> "dataSourceMappings";
            case SECRET -> "secretMappings";
            case TEXT -> "values";
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
