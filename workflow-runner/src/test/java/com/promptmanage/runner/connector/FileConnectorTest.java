package com.promptmanage.runner.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.runner.FakeServer;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Query;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FileConnectorTest {

    private final TestPlaces.Files files = new TestPlaces.Files();

    private final FileConnector csv = FileConnector.csv(TestPlaces.SENDER, files);

    private final FileConnector json = FileConnector.json(TestPlaces.SENDER, files);

    @Test
    void csvKeepsTheTypesThatItsTextsShow() throws Exception {
        put("\uFEFFname,age,zip,vip,score\nAda,36,01234,true,1.50\n\n\"Ben, Jr.\",,+41,false,\n");

        assertThat(read(csv).toString())
                .isEqualTo("[{\"name\":\"Ada\",\"age\":36,\"zip\":\"01234\",\"vip\":true,\"score\":1.50}, "
                        + "{\"name\":\"Ben, Jr.\",\"age\":null,\"zip\":\"+41\",\"vip\":false,\"score\":null}]");
    }

    @Test
    void jsonIsAListOrAnObjectOrOneOnEachLine() throws Exception {
        put("[{\"a\":1},{\"a\":2}]");
        assertThat(read(json)).hasSize(2);
        put("{\"a\":1}");
        assertThat(read(json)).hasSize(1);
        put("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
        assertThat(read(json)).hasSize(3);
    }

    @Test
    void whatIsNoFileOfItsKindIsToldSo() throws Exception {
        put("{\"a\": ");
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("not JSON");
        put("a,a\n1,2\n");
        assertThatThrownBy(() -> read(csv))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("columns");
    }

    @Test
    void aFileAtAnAddressIsReadAndNotWritten() throws Exception {
        try (var server = new FakeServer()) {
            server.then(200, "text/csv", "id,name\n1,Ada\n");
            Session session = TestPlaces.open(csv, "{\"url\":\"%s\"}".formatted(server.url("/f.csv")), Map.of());

            assertThat(Reading.all(session, Query.ALL)).hasToString("[{\"id\":1,\"name\":\"Ada\"}]");
            assertThatThrownBy(() -> session.write(TestPlaces.write(Operation.CREATE, "{\"id\":2}")))
                    .isInstanceOf(ConnectorException.class);
        }
    }

    @Test
    void recordsAreAddedUpdatedAndUpserted() throws Exception {
        Session session = TestPlaces.open(csv, "{}", Map.of());

        session.write(added("{\"id\":\"1\",\"name\":\"Ada\",\"note\":\"=1+1, \\\"x\\\"\"}"));
        int updated = session.write(matching(Operation.UPDATE, "{\"name\":\"Bea\"}", "1"))
                .count();
        int missed = session.write(matching(Operation.UPDATE, "{\"name\":\"Cyd\"}", "7"))
                .count();
        session.write(matching(Operation.UPSERT, "{\"name\":\"Dan\"}", "7"));
        session.write(matching(Operation.UPSERT, "{\"name\":\"Eve\"}", "7"));

        assertThat(updated).isEqualTo(1);
        assertThat(missed).isZero();
        assertThat(read(csv).toString())
                .isEqualTo(
                        "[{\"id\":1,\"name\":\"Bea\",\"note\":\"=1+1, \\\"x\\\"\"}, {\"id\":7,\"name\":\"Eve\",\"note\":null}]");
    }

    @Test
    void whatIsMeantForASheetIsNotPutAmongTheRecords() throws Exception {
        put("id,name\n1,Ada\n");
        Session session = TestPlaces.open(csv, "{}", Map.of());

        assertThatThrownBy(() -> session.write(TestPlaces.write(Operation.CREATE, "{\"mail\":\"Dear Ada\"}")))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("no sheet or table 'people'");

        assertThat(read(csv)).hasToString("[{\"id\":1,\"name\":\"Ada\"}]");
    }

    @Test
    void aFileWithMoreThanItMayIsRefused() throws Exception {
        put("a\n" + "1\n".repeat(100_001));

        assertThatThrownBy(() -> read(csv))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("100,000");
        put("c"
                + String.join(
                        ",c",
                        IntStream.range(0, 2_000).mapToObj(Integer::toString).toList()) + "\n" + "1\n".repeat(1_001));
        assertThatThrownBy(() -> read(csv))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("cells");
    }

    @Test
    void thereAreAlwaysSamples() throws Exception {
        Session session = new SampleConnector()
                .open(new Access(
                        TestPlaces.ACCOUNT,
                        Optional.empty(),
                        TestPlaces.json("{\"resource\":\"leads\"}"),
                        Map.of(),
                        TimeLeft.of(java.time.Duration.ofSeconds(1))));

        assertThat(Reading.all(session, Query.ALL))
                .isNotEmpty()
                .allSatisfy(lead -> assertThat(lead.has("company_name")).isTrue());
        assertThat(session.resources()).extracting(Resource::id).contains("customers", "leads", "tickets");
    }

    private static WriteRequest added(String record) {
        return new WriteRequest(
                Operation.CREATE,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                TestPlaces.write(Operation.CREATE, record).record(),
                Map.of(),
                "k");
    }

    private static WriteRequest matching(Operation operation, String record, String id) {
        return new WriteRequest(
                operation,
                Optional.empty(),
                Optional.of(id),
                Map.of(),
                TestPlaces.write(operation, record).record(),
                Map.of(),
                "k");
    }

    private void put(String content) throws ConnectorException {
        files.change(TestPlaces.ACCOUNT, "ds_1", before -> content.getBytes(StandardCharsets.UTF_8));
    }

    private static List<com.fasterxml.jackson.databind.JsonNode> read(FileConnector connector)
            throws ConnectorException, InterruptedException {
        return Reading.all(TestPlaces.open(connector, "{}", Map.of()), Query.ALL);
    }
}
