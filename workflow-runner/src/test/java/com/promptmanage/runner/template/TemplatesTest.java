package com.promptmanage.runner.template;

import static com.promptmanage.runner.template.Deployments.deployer;
import static com.promptmanage.runner.template.Deployments.filledIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.DefinitionFault;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Output;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.template.Deployments.Stand;
import com.promptmanage.runner.template.TemplateParameter.Kind;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TemplatesTest {

    private static final TemplateCatalogue CATALOGUE = TemplateCatalogue.load();

    private static final Account TEAM = Account.team("team_1");

    private static final Deployer DEPLOYER = deployer(AccountSetup.UNKNOWN);

    private static final Set<String> CONNECTORS = Set.of(
            "google_sheets", "airtable", "notion", "api", "csv", "json", "database", "webhook", "slack", "email");

    static List<WorkflowTemplate> all() {
        return CATALOGUE.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyTemplateDeploysWithoutAFault(WorkflowTemplate template) {
        Deployed deployed = DEPLOYER.deploy(template, filledIn(template), TEAM);

        assertThat(deployed).isInstanceOfSatisfying(Deployed.Ready.class, ready -> {
            assertThat(ready.warnings()).extracting(DefinitionFault::message).isEmpty();
            assertThat(ready.name()).isEqualTo(template.name());
            String json = DefinitionJson.write(ready.definition()).toString();
            template.parameters().forEach(parameter -> assertThat(json).doesNotContain("{{" + parameter.name() + "}}"));
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void whatATemplateSaysOfItselfIsTrue(WorkflowTemplate template) {
        String text = template.definition().toString();
        var used = new HashSet<String>();
        for (JsonNode node : template.definition().path("nodes")) {
            JsonNode config = node.path("config");
            used.add(config.path("sourceType").asText(""));
            used.add(config.path("destination").asText(""));
        }
        used.retainAll(CONNECTORS);
        // Those that nodes name; what is called by a webhook node alone is told by the author.
        assertThat(template.requiredConnectors()).isSubsetOf(CONNECTORS).containsAll(withoutWebhook(used));
        assertThat(template.parameters()).allSatisfy(parameter -> {
            assertThat(text).contains("{{" + parameter.name() + "}}");
            assertThat(parameter.description()).isNotBlank();
        });
        assertThat(template.tags()).isNotEmpty();
        assertThat(template.estimatedTime()).endsWith("minutes");
        assertThat(template.id()).startsWith("template-");
    }

    @Test
    void thereAreTwentyAndTheFirstFiveAreTheProducts() {
        assertThat(CATALOGUE.all()).hasSize(20);
        assertThat(CATALOGUE.all().subList(0, 5))
                .extracting(WorkflowTemplate::id)
                .containsExactly(
                        "template-email-generator",
                        "template-lead-scorer",
                        "template-content-moderator",
                        "template-blog-pipeline",
                        "template-data-enrichment");
        assertThat(CATALOGUE.find("template-lead-scorer")).isPresent();
        assertThat(CATALOGUE.find("nothing")).isEmpty();
    }

    @Test
    void everythingWrongWithADeploymentIsToldAtOnce() {
        WorkflowTemplate template = CATALOGUE.find("template-lead-scorer").orElseThrow();
        var deployment = new Deployment(
                Optional.empty(),
                Map.of("GOOGLE_SHEET_ID", "s1"),
                Map.of("CRM_API_KEY", "not a name"),
                Map.of("MIN_SCORE", "seven >"),
                Map.of("check_score", "Hi", "analyze_fit", "{{create_task.id}}"));

        assertThat(DEPLOYER.deploy(template, deployment, TEAM))
                .isInstanceOfSatisfying(
                        Deployed.Refused.class,
                        refused -> assertThat(refused.faults())
                                .extracting(Deployed.Fault::field)
                                .containsExactlyInAnyOrder(
                                        "dataSourceMappings.AIRTABLE_BASE_ID",
                                        "secretMappings.CRM_API_KEY",
                                        "values.CRM_API_URL",
                                        "dataSourceMappings.GOOGLE_SHEET_ID",
                                        "promptCustomizations.check_score",
                                        "definition.nodes[2].config.promptTemplate",
                                        "values.MIN_SCORE"));
    }

    @Test
    void whatTheAccountDoesNotHaveIsToldWithAllElseAndASecretThatNobodyNamedMayComeLater() {
        WorkflowTemplate template = CATALOGUE.find("template-lead-scorer").orElseThrow();
        var nothing = new Stand(false, false, null);
        var deployment = new Deployment(
                Optional.empty(),
                Map.of("AIRTABLE_BASE_ID", "app1"),
                Map.of("CRM_API_KEY", "KEY_OF_OURS"),
                Map.of("COMPANY_LOOKUP_URL", "https://lookup.example"),
                Map.of());

        assertThat(deployer(nothing).deploy(template, deployment, TEAM))
                .isInstanceOfSatisfying(
                        Deployed.Refused.class,
                        refused -> assertThat(refused.faults())
                                .containsExactlyInAnyOrder(
                                        new Deployed.Fault(
                                                "dataSourceMappings.AIRTABLE_BASE_ID",
                                                "app1 of airtable is not there",
                                                "Connect a table."),
                                        new Deployed.Fault(
                                                "secretMappings.CRM_API_KEY", "KEY_OF_OURS is not there", "Store it."),
                                        refused.faults().stream()
                                                .filter(fault -> fault.field().equals("values.CRM_API_URL"))
                                                .findFirst()
                                                .orElseThrow()));
    }

    @Test
    void secretsBecomeReferencesAndBracesInValuesStayText() {
        WorkflowTemplate template = CATALOGUE.find("template-news-digest").orElseThrow();
        var deployment = new Deployment(
                Optional.of("My news"),
                Map.of("NEWS", "ds_1"),
                Map.of("SLACK_WEBHOOK_URL", "team_channel"),
                Map.of("SUBJECT", "braces {{secrets.KEY}}"),
                Map.of());

        assertThat(DEPLOYER.deploy(template, deployment, TEAM)).isInstanceOfSatisfying(Deployed.Ready.class, ready -> {
            assertThat(ready.name()).isEqualTo("My news");
            JsonNode post = node(ready, "post");
            assertThat(post.path("config").path("url").asText()).isEqualTo("{{secrets.team_channel}}");
            assertThat(node(ready, "digest")
                            .path("config")
                            .path("promptTemplate")
                            .asText())
                    .contains("braces \\{{secrets.KEY}}");
        });
    }

    @Test
    void aPromptMayBeWrittenAnew() {
        WorkflowTemplate template = CATALOGUE.find("template-incident-summary").orElseThrow();
        var deployment = new Deployment(
                Optional.empty(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of("explain", "Explain {{variables.alert}} in Danish."));

        assertThat(DEPLOYER.deploy(template, deployment, TEAM))
                .isInstanceOfSatisfying(
                        Deployed.Ready.class,
                        ready -> assertThat(node(ready, "explain")
                                        .path("config")
                                        .path("promptTemplate")
                                        .asText())
                                .isEqualTo("Explain {{variables.alert}} in Danish."));
    }

    @Test
    void anExportDeploysToTheSameWorkflowWithOtherSources() {
        WorkflowTemplate template = CATALOGUE.find("template-lead-scorer").orElseThrow();
        var ready = (Deployed.Ready) DEPLOYER.deploy(template, filledIn(template), TEAM);

        WorkflowTemplate export = WorkflowExport.of("Leads", "Mine", ready.definition());
        var back = (Deployed.Ready) DEPLOYER.deploy(export, filledIn(export), TEAM);

        assertThat(export.definition().toString()).doesNotContain("ds-", "secrets.");
        assertThat(export.parameters())
                .extracting(TemplateParameter::kind)
                .containsExactlyInAnyOrder(Kind.DATA_SOURCE, Kind.SECRET, Kind.SECRET);
        assertThat(back.name()).isEqualTo("Leads");
        assertThat(back.definition().edges()).isEqualTo(ready.definition().edges());
        assertThat(back.definition().nodes()).hasSameSizeAs(ready.definition().nodes());
        WorkflowTemplate read = WorkflowExport.read(WorkflowExport.bytes(export));
        assertThat(read.parameters()).isEqualTo(export.parameters());
        assertThat(DefinitionJson.read(read.definition()).definition())
                .isEqualTo(DefinitionJson.read(export.definition()).definition());
    }

    @Test
    void aTemplateAsksForSoMuchAndNoMore() throws Exception {
        byte[] export = WorkflowExport.bytes(WorkflowExport.of("Many", "Asks for much", Definition.EMPTY));
        var json = (ObjectNode) new ObjectMapper().readTree(export);
        ArrayNode parameters = json.putArray("parameters");
        for (int i = 0; i < 1_000; i++) {
            parameters
                    .addObject()
                    .put("name", "P" + i)
                    .put("kind", "text")
                    .put("label", "One")
                    .put("description", "One of many");
        }

        assertThat(WorkflowExport.read(bytes(json)).parameters()).hasSize(1_000);
        parameters.add(parameters.get(0));
        assertThatThrownBy(() -> WorkflowExport.read(bytes(json)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1,000 parameters");
    }

    @Test
    void whatIsNoTemplateIsToldWithoutTheNamesOfClasses() throws Exception {
        byte[] export = WorkflowExport.bytes(WorkflowExport.of("Leads", "Mine", Definition.EMPTY));
        var json = (ObjectNode) new ObjectMapper().readTree(export);

        assertThatThrownBy(() -> WorkflowExport.read(bytes(new ObjectMapper().createObjectNode())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id is missing");
        JsonNode difficulty = json.get("difficulty");
        json.put("difficulty", "who knows");
        assertThatThrownBy(() -> WorkflowExport.read(bytes(json)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("difficulty: has a value that does not belong there");
        json.remove("difficulty");
        assertThatThrownBy(() -> WorkflowExport.read(bytes(json)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("difficulty is missing");
        json.set("difficulty", difficulty);
        json.put("colour", "red");
        assertThatThrownBy(() -> WorkflowExport.read(bytes(json)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("colour: is not known here");
    }

    private static Set<String> withoutWebhook(Set<String> used) {
        var rest = new HashSet<>(used);
        rest.remove("webhook");
        return rest;
    }

    private static JsonNode node(Deployed.Ready ready, String id) {
        return DefinitionJson.write(ready.definition())
                .path("nodes")
                .get(ready.definition()
                        .nodes()
                        .indexOf(ready.definition().node(new NodeId(id)).orElseThrow()));
    }

    private static byte[] bytes(ObjectNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @MethodSource("all")
    void noneAddsToAFileThatItReads(WorkflowTemplate template) {
        Deployed deployed = deployer(new Stand(true, true, SourceKind.FILE)).deploy(template, filledIn(template), TEAM);

        switch (deployed) {
            case Deployed.Refused refused ->
                assertThat(refused.faults())
                        .allSatisfy(fault -> assertThat(fault.detail()).contains("is a file, which has no sheets"));
            case Deployed.Ready ready -> {
                var read = new HashSet<String>();
                var addedTo = new HashSet<String>();
                for (Node node : ready.definition().nodes()) {
                    if (node.config() instanceof DataSource source) {
                        read.add(source.sourceId());
                    } else if (node.config() instanceof Output output
                            && output.sourceId() != null
                            && output.operation() != Operation.UPDATE) {
                        addedTo.add(output.sourceId());
                    }
                }
                assertThat(addedTo).noneMatch(read::contains);
            }
        }
    }

    @Test
    void whoGivesAFileForTwoSheetsIsToldSoBeforeAnythingIsPaidFor() {
        WorkflowTemplate template = CATALOGUE.find("template-email-generator").orElseThrow();

        assertThat(deployer(new Stand(true, true, SourceKind.FILE)).deploy(template, filledIn(template), TEAM))
                .isInstanceOfSatisfying(
                        Deployed.Refused.class,
                        refused -> assertThat(refused.faults()).singleElement().satisfies(fault -> {
                            assertThat(fault.field()).isEqualTo("definition.nodes[2].config.sheet");
                            assertThat(fault.detail()).contains("'Generated_Emails'", "no sheets or tables");
                            assertThat(fault.remedy()).contains("another file");
                        }));
    }

    @ParameterizedTest
    @CsvSource({
        "template-email-generator, definition.nodes[2].config.sheet definition.nodes[3].config.recordId",
        "template-lead-scorer, definition.nodes[5].config.table",
        "template-data-enrichment, definition.nodes[3].config.recordId"
    })
    void whoGivesAnApiForWhatItCannotDoIsToldSoBeforeAnythingIsPaidFor(String id, String fields) {
        WorkflowTemplate template = CATALOGUE.find(id).orElseThrow();

        assertThat(deployer(new Stand(true, true, SourceKind.API)).deploy(template, filledIn(template), TEAM))
                .isInstanceOfSatisfying(Deployed.Refused.class, refused -> {
                    assertThat(refused.faults())
                            .extracting(Deployed.Fault::field)
                            .containsExactly(fields.split(" ", -1));
                    assertThat(refused.faults()).allSatisfy(fault -> {
                        assertThat(fault.detail()).contains("is an API");
                        assertThat(fault.remedy()).contains("a database");
                    });
                });
    }

    @Test
    void whoGivesADatabaseForWhatNamesNoTableIsToldSo() {
        WorkflowTemplate template = CATALOGUE.find("template-blog-pipeline").orElseThrow();

        assertThat(deployer(new Stand(true, true, SourceKind.DATABASE)).deploy(template, filledIn(template), TEAM))
                .isInstanceOfSatisfying(
                        Deployed.Refused.class,
                        refused -> assertThat(refused.faults())
                                .extracting(Deployed.Fault::field)
                                .containsExactly(
                                        "definition.nodes[0].config.query.table",
                                        "definition.nodes[4].config.target",
                                        "definition.nodes[5].config.target"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void recordsThatAreUpdatedByTheirIdAreOnlyReadWithOne(WorkflowTemplate template) {
        List<NodeConfig> nodes = DefinitionJson.read(template.definition()).definition().nodes().stream()
                .map(Node::config)
                .toList();
        Set<String> updatedById = nodes.stream()
                .filter(Output.class::isInstance)
                .map(Output.class::cast)
                .filter(output -> "{{record.id}}".equals(output.recordId()))
                .map(output -> String.valueOf(output.sourceId()))
                .collect(Collectors.toSet());

        assertThat(nodes)
                .filteredOn(node -> node instanceof DataSource source && updatedById.contains(source.sourceId()))
                .hasSize(updatedById.size())
                .allSatisfy(node ->
                        assertThat(((DataSource) node).transform().filter()).isEqualTo("string(record.id) != ''"));
    }

    @Test
    void recordsThatAreUpdatedWhereTheyAreReadMayBeInAFile() {
        WorkflowTemplate template = CATALOGUE.find("template-data-enrichment").orElseThrow();

        assertThat(deployer(new Stand(true, true, SourceKind.FILE)).deploy(template, filledIn(template), TEAM))
                .isInstanceOf(Deployed.Ready.class);
    }

    @Test
    void aSecretThatIsStillToBeStoredIsToldOfBeforeTheFirstRun() {
        WorkflowTemplate template = CATALOGUE.find("template-incident-summary").orElseThrow();
        var noSecrets = new Stand(true, false, null);

        assertThat(deployer(noSecrets).deploy(template, filledIn(template), TEAM))
                .isInstanceOfSatisfying(
                        Deployed.Ready.class,
                        ready -> assertThat(ready.warnings()).singleElement().satisfies(warning -> {
                            assertThat(warning.isError()).isFalse();
                            assertThat(warning.nodeId()).isEqualTo(new NodeId("post"));
                            assertThat(warning.detail()).contains("'SLACK_WEBHOOK_URL'", "not stored");
                        }));
    }
}
