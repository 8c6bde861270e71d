package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.FakeServer;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What tests of connectors open them with. */
final class TestPlaces {

    static final Outbound OUTBOUND = FakeServer.outbound();

    static final HttpSender SENDER = new HttpSender(OUTBOUND, Clock.systemUTC());

    static final Account ACCOUNT = Account.team("team_test");

    private TestPlaces() {}

    static Session open(Connector connector, String config, Map<String, String> secrets) throws ConnectorException {
        return open(connector, config, secrets, Duration.ofSeconds(60));
    }

    static Session open(Connector connector, String config, Map<String, String> secrets, Duration time)
            throws ConnectorException {
        return connector.open(new Access(ACCOUNT, Optional.of("ds_1"), json(config), secrets, TimeLeft.of(time)));
    }

    static WriteRequest write(Operation operation, String record) {
        return new WriteRequest(
                operation,
                Optional.of("people"),
                Optional.empty(),
                Map.of(),
                (ObjectNode) json(record),
                Map.of(),
                "exe_1/node/0");
    }

    static Query query(String table) {
        return new Query(
                List.of(), List.of(), null, null, Map.of("table", Json.mapper().valueToTree(table)));
    }

    static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Files in memory. */
    static final class Files implements StoredFiles {

        private final Map<String, byte[]> files = new ConcurrentHashMap<>();

        @Override
        public Optional<byte[]> read(Account account, String dataSourceId) {
            return Optional.ofNullable(files.get(dataSourceId));
        }

        @Override
        public void change(Account account, String dataSourceId, Change change) throws ConnectorException {
            files.put(dataSourceId, change.of(files.getOrDefault(dataSourceId, new byte[0])));
        }
    }
}
