package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.connector.ConnectorType.Ability;
import com.promptmanage.runner.connector.ConnectorType.Auth;
import com.promptmanage.runner.connector.ConnectorType.Setting;
import com.promptmanage.service.http.Faults;
import java.util.List;
import java.util.Set;

/** A CSV or JSON file: at an address, or kept here. */
public final class FileConnector implements Connector {

    private final FileFormat format;

    private final HttpSender sender;

    private final StoredFiles files;

    private final ConnectorType type;

    private FileConnector(FileFormat format, String type, String name, HttpSender sender, StoredFiles files) {
        this.format = format;
        this.sender = sender;
        this.files = files;
        this.type = new ConnectorType(
                type,
                name,
                "1.0",
                List.of(Auth.NONE, Auth.BEARER, Auth.BASIC, Auth.API_KEY),
                Set.of(Ability.READ, Ability.CREATE, Ability.UPDATE, Ability.UPSERT, Ability.SCHEMA),
                List.of(new Setting("url", "url", false, "Where the file is; without it, a file that is kept here")));
    }

    public static FileConnector csv(HttpSender sender, StoredFiles files) {
        return new FileConnector(FileFormat.CSV, "csv", "CSV file", sender, files);
    }

    public static FileConnector json(HttpSender sender, StoredFiles files) {
        return new FileConnector(FileFormat.JSON, "json", "JSON file", sender, files);
    }

    @Override
    public ConnectorType type() {
        return type;
    }

    @Override
    public void check(JsonNode config, String path, Faults faults) {
        String url = config.path("url").asText("");
        if (!url.isBlank()) {
            sender.faultOf(url).ifPresent(fault -> faults.add(path + "url", fault, "Send a public address: https://…"));
        }
    }

    /**
     * Whether content can be kept as a file of this kind.
     *
     * @throws ConnectorException if it is not such a file
     */
    public int count(byte[] content) throws ConnectorException {
        return format.read(content).size();
    }

    @Override
    public Session open(Access access) {
        return new FileSession(format, access, sender, files);
    }
}
