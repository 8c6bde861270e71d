package com.promptmanage.ingest;

import static com.promptmanage.ingest.RunningIngest.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.ingest.otlp.Protobuf;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.access.People.NewTeam;
import com.promptmanage.service.access.People.NewUser;
import com.promptmanage.service.access.Role;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Coding agents of people who are members of the team that pays, and of people who are not. */
class CodingAgentMembersTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    private static RunningIngest ingest;

    private TopicTail tail;

    private String team;

    private String key;

    @BeforeAll
    static void start() {
        ingest = RunningIngest.withDefaults();
        ingest.people().ensureUser(new NewUser("usr_ann", "Ann@Example.com", "Ann", Optional.empty()));
    }

    @AfterAll
    static void stop() {
        ingest.close();
    }

    @BeforeEach
    void begin() {
        begin(ingest);
        tail = ingest.tail();
    }

    private void begin(RunningIngest service) {
        team = "agents" + System.nanoTime();
        service.people().ensureTeam(new NewTeam(team, "Agents", team, "UTC"));
        key = "Bearer " + service.key(NewKey.of("agents", Account.team(team)));
    }

    @AfterEach
    void closeTail() {
        tail.close();
    }

    @Test
    void aMembersCallIsTheirsAndAnothersIsToldByTheAddress() throws Exception {
        ingest.people().ensureMember(team, "usr_ann", Role.VIEWER);

        assertTaken(ingest, call("r1", "ANN@example.com"), call("r2", "bob@elsewhere.example"));

        List<UsageEvent> events = events();
        assertThat(events)
                .extracting(event -> event.usage().userId())
                .containsExactly("usr_ann", "bob@elsewhere.example");
        assertThat(events).allSatisfy(event -> assertThat(event.account()).isEqualTo(Account.team(team)));
        assertThat(events.getFirst().usage().tags()).doesNotContainKey("enduser");
    }

    @Test
    void inAPersonsOwnAccountTheirAddressIsNoLabel() throws Exception {
        key = "Bearer " + ingest.key(NewKey.of("ann", Account.user("usr_ann")));

        assertTaken(ingest, call("r3", "ann@example.com"));

        assertThat(events()).singleElement().satisfies(event -> {
            assertThat(event.account()).isEqualTo(Account.user("usr_ann"));
            assertThat(event.usage().userId()).isEqualTo("usr_ann");
            assertThat(event.usage().tags()).doesNotContainKey("enduser");
        });
    }

    /** Applications ask for their users as they told them. */
    @Test
    void whatAnApplicationTellsOfItsUsersStaysAsItIs() throws Exception {
        ingest.people().ensureMember(team, "usr_ann", Role.VIEWER);
        JsonNode export = MAPPER.readTree("""
                {"resourceSpans":[{"resource":{"attributes":{"service.name":"app"}},"scopeSpans":[{"spans":[
                 {"traceId":"%s","spanId":"%s","name":"chat","endTimeUnixNano":"1795462271090000000","attributes":
                  {"gen_ai.request.model":"m","gen_ai.usage.input_tokens":1,"user.email":"ann@example.com"}}]}]}]}
                """.formatted("a".repeat(32), "b".repeat(16)));
        Protobuf.spellOutAttributes(export);

        assertThat(ingest.postBytes("/v1/traces", key, JSON, MAPPER.writeValueAsBytes(export), false)
                        .statusCode())
                .isEqualTo(200);

        assertThat(events())
                .singleElement()
                .satisfies(event -> assertThat(event.usage().userId()).isEqualTo("ann@example.com"));
    }

    @Test
    void aCallThatIsSentAgainAfterSomebodyJoinedIsTheSameCall() throws Exception {
        assertTaken(ingest, call("r4", "ann@example.com"));
        List<UsageEvent> all = new ArrayList<>(events());
        assertThat(all)
                .singleElement()
                .satisfies(event -> assertThat(event.usage().userId()).isEqualTo("ann@example.com"));

        ingest.people().ensureMember(team, "usr_ann", Role.VIEWER);
        Await.until(() -> {
            assertTaken(ingest, call("r4", "ann@example.com"));
            all.addAll(events());
            assertThat(all.getLast().usage().userId()).isEqualTo("usr_ann");
        });

        assertThat(all)
                .extracting(event -> event.source() + " " + event.id())
                .containsOnly(all.getFirst().source() + " " + all.getFirst().id());
    }

    @Test
    void whileTheDatabaseStandsStillCallsAreTakenByTheAddress() throws Exception {
        try (RunningIngest hurried = RunningIngest.ofUsualWaits()) {
            hurried.people().ensureUser(new NewUser("usr_ann", "ann@example.com", "Ann", Optional.empty()));
            begin(hurried);
            hurried.people().ensureMember(team, "usr_ann", Role.VIEWER);
            // What the key has set is known from here on; a machine that stands still is told of as the database is.
            Await.until(() -> assertTaken(hurried));
            try (Connection other = hurried.database().connect();
                    Statement statement = other.createStatement()) {
                other.setAutoCommit(false);
                statement.execute("LOCK TABLE team_members IN ACCESS EXCLUSIVE MODE");

                assertTaken(hurried, call("r5", "ann@example.com"));
                other.rollback();
            }

            assertThat(events())
                    .singleElement()
                    .satisfies(event -> assertThat(event.usage().userId()).isEqualTo("ann@example.com"));
        }
    }

    /** As Claude Code tells of it. */
    private static String call(String request, String address) {
        return """
                {"timeUnixNano":"1795462271090000000","body":{"stringValue":"claude_code.api_request"},"attributes":
                 {"model":"claude-sonnet-4-5","input_tokens":7,"output_tokens":1,"session.id":"s1","request_id":"%s",
                  "user.email":"%s","user.account_uuid":"0b5f","user.id":"installation"}}
                """.formatted(request, address);
    }

    private void assertTaken(RunningIngest service, String... calls) throws Exception {
        JsonNode export = MAPPER.readTree("""
                {"resourceLogs":[{"resource":{"attributes":{"service.name":"claude-code"}},
                 "scopeLogs":[{"logRecords":[%s]}]}]}
                """.formatted(String.join(",", calls)));
        Protobuf.spellOutAttributes(export);
        var answer = service.postBytes("/v1/logs", key, JSON, MAPPER.writeValueAsBytes(export), false);
        assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(200);
        assertThat(answer.body()).asString(UTF_8).isEqualTo("{}");
    }

    private List<UsageEvent> events() {
        return tail.records().stream()
                .map(record -> UsageEventCodec.read(record.value()))
                .toList();
    }
}
