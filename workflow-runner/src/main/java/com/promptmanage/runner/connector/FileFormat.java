package com.promptmanage.runner.connector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.service.http.Json;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Records in a file. */
enum FileFormat {
    /** The first line names the columns; numbers and truth values are told from texts; blank lines are skipped. */
    CSV {
        @Override
        List<JsonNode> read(byte[] content) throws ConnectorException {
            var records = new ArrayList<JsonNode>();
            try (CsvReader<NamedCsvRecord> reader = CsvReader.builder()
                    .skipEmptyLines(true)
                    .allowMissingFields(true)
                    .allowExtraFields(true)
                    .ofNamedCsvRecord(text(content))) {
                for (NamedCsvRecord line : reader) {
                    requireRoom(records);
                    ObjectNode record = JsonNodeFactory.instance.objectNode();
                    List<String> header = line.getHeader();
                    // A line may be short, but has a cell for each column of the first.
                    requireCells((long) header.size() * (records.size() + 1));
                    for (int i = 0; i < header.size(); i++) {
                        record.set(
                                header.get(i).strip(),
                                i < line.getFieldCount()
                                        ? typed(line.getField(i))
                                        : JsonNodeFactory.instance.nullNode());
                    }
                    records.add(record);
                }
                return records;
            } catch (CsvParseException e) {
                throw new ConnectorException(
                        Failure.Kind.VALIDATION,
                        e.getCause() == null
                                ? "the file is not CSV: " + e.getMessage()
                                : "the file is not CSV whose first line names its columns, each once");
            } catch (IllegalArgumentException e) {
                throw new ConnectorException(
                        Failure.Kind.VALIDATION, "the file's first line does not name its columns, each once");
            } catch (IOException e) {
                throw new UncheckedIOException("read from memory", e);
            }
        }

        @Override
        byte[] write(List<JsonNode> records) {
            Set<String> columns = new LinkedHashSet<>();
            records.forEach(record -> record.fieldNames().forEachRemaining(columns::add));
            var text = new StringWriter();
            try (CsvWriter writer = CsvWriter.builder().build(text)) {
                writer.writeRecord(columns);
                for (JsonNode record : records) {
                    writer.writeRecord(columns.stream()
                            .map(column -> cell(record.path(column)))
                            .toList());
                }
            } catch (IOException e) {
                throw new UncheckedIOException("written to memory", e);
            }
            return text.toString().getBytes(StandardCharsets.UTF_8);
        }
    },
    /** A list of objects, or one object; also one object on each line. */
    JSON {
        @Override
        List<JsonNode> read(byte[] content) throws ConnectorException {
            var records = new ArrayList<JsonNode>();
            try (var values = Json.mapper().readerFor(JsonNode.class).<JsonNode>readValues(content)) {
                while (values.hasNextValue()) {
                    JsonNode value = values.nextValue();
                    for (JsonNode record : value.isArray() ? value : List.of(value)) {
                        requireRoom(records);
                        records.add(
                                record.isObject()
                                        ? record
                                        : JsonNodeFactory.instance.objectNode().set("value", record));
                    }
                }
                return records;
            } catch (JsonProcessingException e) {
                throw new ConnectorException(
                        Failure.Kind.VALIDATION,
                        "the file is not JSON (line %d)"
                                .formatted(
                                        e.getLocation() == null
                                                ? 0
                                                : e.getLocation().getLineNr()));
            } catch (IOException e) {
                throw new ConnectorException(Failure.Kind.VALIDATION, "the file is not JSON in UTF-8");
            }
        }

        @Override
        byte[] write(List<JsonNode> records) {
            ArrayNode list = JsonNodeFactory.instance.arrayNode();
            list.addAll(records);
            return Json.bytes(list);
        }
    };

    private static final int RECORDS_MAX = 100_000;

    private static final int CELLS_MAX = 2_000_000;

    /** No sign for a plus, no leading zeros: what looks like a number but is a code stays a text. */
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d{0,17})(\\.\\d{1,18})?");

    abstract List<JsonNode> read(byte[] content) throws ConnectorException;

    abstract byte[] write(List<JsonNode> records);

    /** In the type that its text shows. */
    static JsonNode typed(String cell) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (cell.isEmpty()) {
            return nodes.nullNode();
        }
        if (cell.equals("true") || cell.equals("false")) {
            return nodes.booleanNode(cell.equals("true"));
        }
        if (NUMBER.matcher(cell).matches()) {
            return cell.indexOf('.') < 0
                    ? nodes.numberNode(Long.parseLong(cell))
                    : nodes.numberNode(new BigDecimal(cell));
        }
        return nodes.textNode(cell);
    }

    private static String cell(JsonNode value) {
        return value.isMissingNode() || value.isNull() ? "" : value.isValueNode() ? value.asText() : value.toString();
    }

    private static String text(byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        // What spreadsheets put in front of UTF-8.
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static void requireCells(long cells) throws ConnectorException {
        if (cells > CELLS_MAX) {
            throw new ConnectorException(
                    Failure.Kind.VALIDATION,
                    "the file has more than %,d cells: columns times lines".formatted(CELLS_MAX));
        }
    }

    private static void requireRoom(List<JsonNode> records) throws ConnectorException {
        if (records.size() >= RECORDS_MAX) {
            throw new ConnectorException(
                    Failure.Kind.VALIDATION, "the file has more than %,d records".formatted(RECORDS_MAX));
        }
    }
}
