package com.promptmanage.runner.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.Limits;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Output;
import com.promptmanage.runner.definition.NodeConfig.Query;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which kinds of data source do for what a definition's nodes do with them. The dashboard goes by the same rules when it offers
 * data sources for a template; {@code source-fit.json} among the tests has what both must come to.
 */
final class SourceFit {

    /** The list of a source that is read without the name of a sheet or table. */
    private static final String UNNAMED = "";

    private SourceFit() {}

    /**
     * Why a node cannot do with its data source what it is to do.
     *
     * @param field of the node's config
     */
    record Misfit(String field, String detail, String remedy) {}

    /** The data source that a node names, as far as it does. */
    static Optional<String> named(NodeConfig config) {
        @Nullable String sourceId = null;
        if (config instanceof DataSource source) {
            sourceId = source.sourceId();
        } else if (config instanceof Output output) {
            sourceId = output.sourceId();
        }
        return Optional.ofNullable(sourceId).map(String::strip).filter(Predicate.not(String::isEmpty));
    }

    /**
     * The kinds that do wherever the definition names a data source so.
     *
     * @param sourceId as it stands in the definition
     */
    static Set<SourceKind> fitting(Definition definition, String sourceId) {
        var fitting = EnumSet.allOf(SourceKind.class);
        if (definition.nodes().size() > Limits.NODES_MAX) {
            return fitting;
        }
        for (Node node : definition.nodes()) {
            if (named(node.config()).filter(sourceId.strip()::equals).isPresent()) {
                fitting.removeIf(kind -> misfit(node.config(), kind, definition).isPresent());
            }
        }
        return fitting;
    }

    /** Empty if a source of the kind does for the node, or the node names none. */
    static Optional<Misfit> misfit(NodeConfig config, SourceKind kind, Definition definition) {
        if (config instanceof DataSource source) {
            return kind == SourceKind.DATABASE ? ofDatabase(source) : Optional.empty();
        }
        if (config instanceof Output output && output.sourceId() != null) {
            return switch (kind) {
                case DATABASE -> ofDatabase(output);
                case FILE -> ofFile(output, definition);
                case API -> ofApi(output, definition);
                case SAMPLE ->
                    Optional.of(new Misfit(
                            "sourceId",
                            "is of sample records, which are only read",
                            "Give a data source of yours that can be written to."));
            };
        }
        return Optional.empty();
    }

    private static Optional<Misfit> ofDatabase(DataSource source) {
        JsonNode sql = source.query().options().get("sql");
        boolean isSaid = !lists(source.query()).equals(List.of(UNNAMED))
                || (sql != null && !sql.asText().isBlank());
        return isSaid
                ? Optional.empty()
                : Optional.of(new Misfit(
                        "query.table",
                        "is missing, and the data source is a database, whose records are in tables",
                        "Name the table, or give a select as sql; or choose a file or an API as the data source."));
    }

    private static Optional<Misfit> ofDatabase(Output output) {
        return target(output).isPresent()
                ? Optional.empty()
                : Optional.of(new Misfit(
                        nameOfTarget(output),
                        "is missing, and the data source that it writes to is a database, whose records are in tables",
                        "Name the table, or choose a file or an API as the data source."));
    }

    /** Records that are changed where they are read go where they are meant to, whatever that place is called. */
    private static Optional<Misfit> ofFile(Output output, Definition definition) {
        return target(output)
                .filter(target -> output.operation() != Operation.UPDATE || isOfAnotherList(output, target, definition))
                .map(
                        target -> new Misfit(
                                nameOfTarget(output),
                                "is '%s', but the data source that it writes to is a file, which has no sheets or tables: the records would go among those that are in it"
                                        .formatted(target),
                                "Give a database with a table of that name as the data source, or write to another file, named by its id as sourceId, and leave this out."));
    }

    private static Optional<Misfit> ofApi(Output output, Definition definition) {
        if (output.operation() == Operation.UPSERT) {
            return Optional.of(new Misfit(
                    "operation",
                    "is upsert, but the data source that it writes to is an API, which takes new records and changes of known ones, and does not find out which of both it is",
                    "Use create, or update with a recordId; or choose a database as the data source."));
        }
        if (output.operation() == Operation.UPDATE && isBlank(output.recordId())) {
            return Optional.of(new Misfit(
                    "recordId",
                    "is missing, and the data source that it writes to is an API, whose records are changed by their id alone",
                    "Give the id, such as {{record.id}}; or choose a database as the data source."));
        }
        return target(output)
                .filter(target -> isOfAnotherList(output, target, definition))
                .map(
                        target -> new Misfit(
                                nameOfTarget(output),
                                "is '%s', but the data source that it writes to is an API, which is one list: the records would go among those that are read"
                                        .formatted(target),
                                "Give a database with a table of that name as the data source, or write to another API, named by its id as sourceId."));
    }

    /** Whether what is read from the same data source is something else. What is changed may be what is read without a name. */
    private static boolean isOfAnotherList(Output output, String target, Definition definition) {
        Optional<String> sourceId = named(output);
        Set<String> read = definition.nodes().stream()
                .map(Node::config)
                .filter(DataSource.class::isInstance)
                .map(DataSource.class::cast)
                .filter(source -> named(source).equals(sourceId))
                .flatMap(source -> lists(source.query()).stream())
                .filter(list -> output.operation() != Operation.UPDATE || !list.equals(UNNAMED))
                .collect(Collectors.toSet());
        return !read.isEmpty() && !read.contains(target);
    }

    /** At least one. */
    private static List<String> lists(Query query) {
        List<String> lists = Stream.of("sheet", "table")
                .flatMap(name -> Stream.ofNullable(query.options().get(name)))
                .map(JsonNode::asText)
                .filter(Predicate.not(String::isBlank))
                .toList();
        return lists.isEmpty() ? List.of(UNNAMED) : lists;
    }

    private static Optional<String> target(Output output) {
        return Optional.ofNullable(output.target()).filter(Predicate.not(String::isBlank));
    }

    private static boolean isBlank(@Nullable String text) {
        return text == null || text.isBlank();
    }

    private static String nameOfTarget(Output output) {
        return switch (output.destination()) {
            case GOOGLE_SHEETS -> "sheet";
            case AIRTABLE, DATABASE -> "table";
            case NOTION, FILE, WEBHOOK, EMAIL, SLACK -> "target";
        };
    }
}
