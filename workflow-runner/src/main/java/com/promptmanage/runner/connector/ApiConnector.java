package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.connector.ConnectorType.Ability;
import com.promptmanage.runner.connector.ConnectorType.Auth;
import com.promptmanage.runner.connector.ConnectorType.Setting;
import com.promptmanage.service.http.Faults;
import java.util.List;
import java.util.Set;

/** Any API that answers with JSON over HTTP. */
public final class ApiConnector implements Connector {

    static final ConnectorType TYPE = new ConnectorType(
            "api",
            "HTTP API",
            "1.0",
            List.of(Auth.NONE, Auth.BEARER, Auth.BASIC, Auth.API_KEY),
            Set.of(Ability.READ, Ability.READ_CHANGES, Ability.CREATE, Ability.UPDATE),
            List.of(
                    new Setting("url", "url", true, "Where the records are read, and written"),
                    new Setting("method", "GET|POST", false, "How they are read; GET unless said"),
                    new Setting("headers", "object", false, "Names and values; secrets belong into the credential"),
                    new Setting("body", "object", false, "Sent as JSON when reading with POST"),
                    new Setting("responsePath", "text", false, "JSONPath of the records in the answer, as $.data[*]"),
                    new Setting(
                            "pagination",
                            "object",
                            false,
                            "type page, offset or cursor; pageSize; pageParam, sizeParam, offsetParam, cursorParam; totalPagesPath, hasMorePath, nextCursorPath"),
                    new Setting("sinceParam", "text", false, "Query parameter for the time of the last sync"),
                    new Setting("writeUrl", "url", false, "Where records are written, if not at url"),
                    new Setting("idField", "text", false, "Where a record's id stands; id unless said")));

    private final HttpSender sender;

    public ApiConnector(HttpSender sender) {
        this.sender = sender;
    }

    @Override
    public ConnectorType type() {
        return TYPE;
    }

    @Override
    public void check(JsonNode config, String path, Faults faults) {
        ApiConfig.check(config, path, faults, sender);
    }

    @Override
    public Session open(Access access) throws ConnectorException {
        return new ApiSession(ApiConfig.of(access), access, sender);
    }
}
