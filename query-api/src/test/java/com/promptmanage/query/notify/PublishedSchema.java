package com.promptmanage.query.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.promptmanage.topics.event.EventJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What other programs may expect of a record, as docs/events tells them. */
public final class PublishedSchema {

    private static final Path DOCS = Path.of("..", "docs", "events");

    private PublishedSchema() {}

    /** @param name of the schema's file, without its ending */
    public static void assertDescribes(String name, String record) throws IOException {
        JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(EventJson.read(Files.readAllBytes(DOCS.resolve(name + ".schema.json"))));
        assertThat(schema.validate(EventJson.read(record.getBytes(StandardCharsets.UTF_8))))
                .as("%s", record)
                .isEmpty();
    }
}
