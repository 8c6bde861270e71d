package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Operator;
import com.promptmanage.runner.definition.NodeConfig.Where;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A file as a list of records. */
final class FileSession implements Session {

    private final FileFormat format;

    private final Access access;

    private final HttpSender sender;

    private final StoredFiles files;

    FileSession(FileFormat format, Access access, HttpSender sender, StoredFiles files) {
        this.format = format;
        this.access = access;
        this.sender = sender;
        this.files = files;
    }

    @Override
    public String test() throws ConnectorException, InterruptedException {
        return "The file has %d records.".formatted(format.read(content()).size());
    }

    @Override
    public List<Column> schema(String resource) throws ConnectorException, InterruptedException {
        Map<String, Column.Kind> kinds = new LinkedHashMap<>();
        for (JsonNode record : format.read(content())) {
            record.properties()
                    .forEach(field -> kinds.merge(
                            field.getKey(), kind(field.getValue()), (a, b) -> a == b ? a : Column.Kind.TEXT));
        }
        return kinds.entrySet().stream()
                .map(column -> new Column(column.getKey(), column.getValue(), url().isEmpty()))
                .toList();
    }

    @Override
    public Page read(ReadRequest request) throws ConnectorException, InterruptedException {
        byte[] content = content();
        return new Page(format.read(content), null, false, content.length);
    }

    /** Only into a file that is kept here. */
    @Override
    public Written write(WriteRequest request) throws ConnectorException {
        if (url().isPresent()) {
            throw new ConnectorException(
                    Failure.Kind.VALIDATION, "a file at an address cannot be written to: keep it here");
        }
        String id = access.dataSourceId()
                .orElseThrow(() -> new ConnectorException(
                        Failure.Kind.VALIDATION, "name the data source that the file is kept in"));
        requireNoSheet(request);
        int[] count = {0};
        files.change(access.account(), id, before -> {
            var records = new ArrayList<JsonNode>(before.length == 0 ? List.of() : format.read(before));
            count[0] = change(records, request);
            return format.write(records);
        });
        return new Written(count[0], List.of(), JsonNodeFactory.instance.missingNode());
    }

    /** What is meant for a sheet beside the one that is read would otherwise stand among the records that are here. */
    private static void requireNoSheet(WriteRequest request) throws ConnectorException {
        if (request.operation() != Operation.UPDATE && request.resource().isPresent()) {
            throw new ConnectorException(
                    Failure.Kind.VALIDATION,
                    "a file has no sheet or table '%s': write to another file, or to a database, and name no sheet of a file"
                            .formatted(request.resource().get()));
        }
    }

    /** @return how many were changed or added */
    private static int change(List<JsonNode> records, WriteRequest request) throws ConnectorException {
        if (request.operation() == Operation.CREATE) {
            records.add(request.record());
            return 1;
        }
        Map<String, JsonNode> matching = new LinkedHashMap<>(request.matching());
        request.recordId().ifPresent(id -> matching.put("id", JsonNodeFactory.instance.textNode(id)));
        if (matching.isEmpty()) {
            throw new ConnectorException(
                    Failure.Kind.VALIDATION, "say by recordId or matching which records are to be updated");
        }
        int changed = 0;
        for (int i = 0; i < records.size(); i++) {
            JsonNode record = records.get(i);
            boolean matches = matching.entrySet().stream()
                    .allMatch(one -> Rows.holds(new Where(one.getKey(), Operator.EQUAL, one.getValue()), record));
            if (matches) {
                ObjectNode copy = record.deepCopy();
                copy.setAll(request.record());
                records.set(i, copy);
                changed++;
            }
        }
        if (changed == 0 && request.operation() == Operation.UPSERT) {
            ObjectNode added = JsonNodeFactory.instance.objectNode();
            matching.forEach(added::set);
            added.setAll(request.record());
            records.add(added);
            return 1;
        }
        return changed;
    }

    private byte[] content() throws ConnectorException, InterruptedException {
        if (url().isPresent()) {
            return sender.send(
                            new HttpSender.Request(
                                    "GET", HttpSender.uri(url().get()), ApiConfig.authentication(access), null),
                            access.time(),
                            access.redaction())
                    .body();
        }
        JsonNode inline = access.config().path("content");
        if (inline.isTextual()) {
            return inline.textValue().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }
        return access.dataSourceId()
                .flatMap(id -> files.read(access.account(), id))
                .orElseThrow(() -> new ConnectorException(
                        Failure.Kind.VALIDATION, "there is no file yet: upload one, or set its url"));
    }

    private Optional<String> url() {
        return Optional.of(access.config().path("url").asText("")).filter(url -> !url.isBlank());
    }

    private static Column.Kind kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case NUMBER -> Column.Kind.NUMBER;
            case BOOLEAN -> Column.Kind.BOOLEAN;
            case OBJECT, ARRAY -> Column.Kind.JSON;
            default -> Column.Kind.TEXT;
        };
    }
}
