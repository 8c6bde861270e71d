package com.promptmanage.runner.template;

import static com.promptmanage.runner.template.Deployments.deployer;
import static com.promptmanage.runner.template.Deployments.filledIn;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.DefinitionFault;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Output;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.template.Deployments.Sampled;
import com.promptmanage.runner.template.Deployments.Stand;
import com.promptmanage.runner.template.TemplateParameter.Kind;
import com.promptmanage.topics.account.Account;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What templates ask for, and what becomes of what is given. */
class TemplateParametersTest {

    private static final TemplateCatalogue CATALOGUE = TemplateCatalogue.load();

    private static final Account TEAM = Account.team("team_1");

    private static final Deployer DEPLOYER = deployer(AccountSetup.UNKNOWN);

    static List<WorkflowTemplate> all() {
        return CATALOGUE.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void whatATemplateGivesByItselfIsOfItsParametersKind(WorkflowTemplate template) {
        assertThat(template.parameters().stream()
                        .filter(parameter -> parameter.kind() != Kind.DATA_SOURCE
                                && parameter.kind() != Kind.SECRET
                                && parameter.defaultValue() != null))
                .allSatisfy(parameter -> assertThat(ValueFit.of(parameter, String.valueOf(parameter.defaultValue())))
                        .isInstanceOf(ValueFit.Taken.class));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "template-lead-scorer | MIN_SCORE | lots",
                "template-lead-scorer | MIN_SCORE | 70",
                "template-metric-watch | FACTOR | abc",
                "template-translate-catalogue | LANGUAGES | 'de",
                "template-sales-summary | MAIL_TO | nobody at all",
                "template-churn-risk | MAIL_TO | nobody at all",
                "template-review-report | MAIL_TO | nobody at all",
                "template-invoice-extraction | MAIL_TO | nobody at all",
                "template-data-enrichment | COMPANY_LOOKUP_URL | not an url",
                "template-faq-builder | CMS_URL | nope",
                "template-meeting-actions | TASKS_URL | nope"
            })
    void aValueThatIsNotOfItsKindIsToldAtItsField(String id, String name, String value) {
        WorkflowTemplate template = CATALOGUE.find(id).orElseThrow();
        Deployment given = filledIn(template);
        var values = new HashMap<>(given.values());
        values.put(name, value);

        assertThat(DEPLOYER.deploy(
                        template,
                        new Deployment(Optional.empty(), given.dataSourceMappings(), Map.of(), values, Map.of()),
                        TEAM))
                .isInstanceOfSatisfying(
                        Deployed.Refused.class,
                        refused -> assertThat(refused.faults())
                                .extracting(Deployed.Fault::field)
                                .containsExactly("values." + name));
    }

    @Test
    void languagesAreTypedAsPeopleTypeThem() {
        WorkflowTemplate template =
                CATALOGUE.find("template-translate-catalogue").orElseThrow();
        var deployment = new Deployment(
                Optional.empty(), Map.of("DATABASE", "ds"), Map.of(), Map.of("LANGUAGES", "de, fr"), Map.of());

        assertThat(DEPLOYER.deploy(template, deployment, TEAM))
                .isInstanceOfSatisfying(
                        Deployed.Ready.class,
                        ready -> assertThat(node(ready, "languages")
                                        .path("config")
                                        .path("code")
                                        .asText())
                                .isEqualTo("['de', 'fr']"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void whereNoMailIsSentEachNodeThatSendsSomeIsToldOfBeforeTheFirstRun(WorkflowTemplate template) {
        var noMail = new Stand(true, true, null, false);
        List<NodeId> mailing = DefinitionJson.read(template.definition()).definition().nodes().stream()
                .filter(node ->
                        node.config() instanceof Output output && output.destination() == NodeConfig.Destination.EMAIL)
                .map(Node::id)
                .toList();

        assertThat(deployer(noMail).deploy(template, filledIn(template), TEAM))
                .isInstanceOfSatisfying(Deployed.Ready.class, ready -> {
                    assertThat(ready.warnings())
                            .extracting(DefinitionFault::nodeId)
                            .containsExactlyElementsOf(mailing);
                    assertThat(ready.warnings())
                            .allSatisfy(warning -> assertThat(warning.detail()).contains("no mail server"));
                });
    }

    @ParameterizedTest
    @MethodSource("all")
    void aSampleIsNamedForWhateverIsOnlyReadAndForNothingElse(WorkflowTemplate template) {
        Definition definition = DefinitionJson.read(template.definition()).definition();

        assertThat(template.parameters()).allSatisfy(parameter -> {
            boolean isOnlyRead = parameter.kind() == Kind.DATA_SOURCE
                    && SourceFit.fitting(definition, "{{%s}}".formatted(parameter.name()))
                            .contains(SourceKind.SAMPLE);
            assertThat(parameter.sample() != null).as(parameter.name()).isEqualTo(isOnlyRead);
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void whatATemplateOffersAsASampleDeploysAndNoSampleDoesForTheRest(WorkflowTemplate template) {
        for (TemplateParameter parameter : template.parameters()) {
            if (parameter.kind() == Kind.DATA_SOURCE) {
                Deployed deployed =
                        deployer(new Sampled()).deploy(template, filledIn(template, parameter, "sample"), TEAM);
                if (parameter.sample() == null) {
                    assertThat(deployed)
                            .isInstanceOfSatisfying(
                                    Deployed.Refused.class,
                                    refused -> assertThat(refused.faults())
                                            .isNotEmpty()
                                            .allSatisfy(fault -> {
                                                assertThat(fault.field()).endsWith(".config.sourceId");
                                                assertThat(fault.detail()).contains("only read");
                                            }));
                } else {
                    assertThat(deployed)
                            .isInstanceOfSatisfying(
                                    Deployed.Ready.class,
                                    ready -> assertThat(ready.definition().nodes())
                                            .extracting(Node::config)
                                            .filteredOn(DataSource.class::isInstance)
                                            .extracting(config -> ((DataSource) config).sourceId())
                                            .contains(parameter.sample()));
                }
            }
        }
    }

    @Test
    void whoHasNoDataSourceIsLedToTheSampleOnlyWhereThereIsOne() {
        var nothing = new Stand(false, true, null);

        assertThat(remedies(nothing, "template-review-report"))
                .singleElement()
                .asString()
                .endsWith("Or give sample to try it out.");
        assertThat(remedies(nothing, "template-translate-catalogue"))
                .singleElement()
                .asString()
                .doesNotContain("sample");
    }

    private static List<String> remedies(AccountSetup setup, String id) {
        WorkflowTemplate template = CATALOGUE.find(id).orElseThrow();
        return deployer(setup).deploy(template, filledIn(template), TEAM) instanceof Deployed.Refused refused
                ? refused.faults().stream().map(Deployed.Fault::remedy).toList()
                : List.of();
    }

    private static JsonNode node(Deployed.Ready ready, String id) {
        return DefinitionJson.write(ready.definition())
                .path("nodes")
                .get(ready.definition()
                        .nodes()
                        .indexOf(ready.definition().node(new NodeId(id)).orElseThrow()));
    }
}
