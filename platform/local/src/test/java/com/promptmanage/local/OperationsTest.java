package com.promptmanage.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.ingest.IngestMain;
import com.promptmanage.query.QueryMain;
import com.promptmanage.runner.RunnerMain;
import com.promptmanage.service.settings.Settings;
import com.promptmanage.service.settings.Settings.Asked;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The manual for operators says what the code says: which settings there are, who reads them, their defaults and limits; and which
 * meters. What a setting or a meter means is written there by hand, and must be.
 */
class OperationsTest {

    private static final Path ROOT = Path.of("..", "..");

    private static final Path MANUAL = ROOT.resolve("docs/operations.md");

    /** As it would be right, to be copied. */
    private static final Path WANTED = Path.of("target", "operations-settings.md");

    /** What must be there for others to be asked for. Names with this issuer's id stand for those of any. */
    private static final Map<String, String> ENVIRONMENT = Map.of("PM_OIDC_ISSUERS", "id");

    private static final Map<String, Consumer<Settings>> PROCESSES = processes();

    private static final Pattern ROW = Pattern.compile("\\| `(PM_[A-Z0-9_<>]+)` \\|.*\\| ([^|]+) \\|");

    private static final Pattern METER =
            Pattern.compile("(?:builder|count|EVENTS =)\\(?\\s*\"([a-z]+(?:\\.[a-z]+)+)\"");

    private static final Pattern METER_ROW = Pattern.compile("\\| `([a-z_]+)` \\| ([^|]+) \\|");

    private static Map<String, Consumer<Settings>> processes() {
        var processes = new LinkedHashMap<String, Consumer<Settings>>();
        processes.put("query", QueryMain.Given::from);
        processes.put("ingest", IngestMain.Given::from);
        processes.put("runner", RunnerMain.Given::from);
        return processes;
    }

    @Test
    void everySettingIsInTheManualAsTheCodeHasIt() throws IOException {
        List<String> table = wanted();
        Files.write(WANTED, table);
        List<String> manual = Files.readAllLines(MANUAL);

        assertThat(manual.stream().filter(line -> ROW.matcher(line).matches()).toList())
                .as("the table of settings in docs/operations.md; as it should be, it is in platform/local/%s", WANTED)
                .isEqualTo(table);
        assertThat(table).as("settings of which nothing is said").noneMatch(line -> line.endsWith("| ? |"));
    }

    @Test
    void everyMeterIsInTheManual() throws IOException {
        var listed = new TreeSet<String>();
        for (String line : Files.readAllLines(MANUAL)) {
            var row = METER_ROW.matcher(line);
            if (row.matches()) {
                listed.add(row.group(1));
            }
        }

        assertThat(listed).isEqualTo(meters());
    }

    private static List<String> wanted() throws IOException {
        Map<String, String> meanings = meanings();
        var defaults = new TreeMap<String, Map<String, String>>();
        var allowed = new HashMap<String, String>();
        PROCESSES.forEach((process, read) -> {
            var settings = new Settings(Settings.PREFIX, ENVIRONMENT);
            read.accept(settings);
            for (Asked asked : settings.asked()) {
                String name = asked.name().replace("PM_OIDC_ID_", "PM_OIDC_<ID>_");
                defaults.computeIfAbsent(name, same -> new LinkedHashMap<>()).put(process, shown(asked.otherwise()));
                allowed.put(name, asked.allowed());
            }
        });
        var rows = new ArrayList<String>();
        defaults.forEach((name, of) -> rows.add("| `%s` | %s | %s | %s | %s |"
                .formatted(
                        name,
                        of.size() == PROCESSES.size() ? "all" : String.join(", ", of.keySet()),
                        together(of),
                        allowed.get(name),
                        meanings.getOrDefault(name, "?"))));
        return rows;
    }

    private static Map<String, String> meanings() throws IOException {
        var meanings = new HashMap<String, String>();
        for (String line : Files.readAllLines(MANUAL)) {
            var row = ROW.matcher(line);
            if (row.matches()) {
                meanings.put(row.group(1), row.group(2));
            }
        }
        return meanings;
    }

    private static String shown(@Nullable String otherwise) {
        return otherwise == null ? "must be set" : otherwise.equals("none") ? "none" : "`" + otherwise + "`";
    }

    private static String together(Map<String, String> defaults) {
        return defaults.values().stream().distinct().count() == 1
                ? defaults.values().iterator().next()
                : defaults.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", "));
    }

    /** As Prometheus has their names, without what it adds for the kind. */
    private static Set<String> meters() throws IOException {
        var meters = new TreeSet<String>();
        for (String module : List.of("query-api", "ingest-api", "workflow-runner", "platform/service")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(file -> {
                    String source = read(file);
                    if (source.contains("io.micrometer.core.instrument")) {
                        METER.matcher(source)
                                .results()
                                .forEach(found -> meters.add(found.group(1).replace('.', '_')));
                    }
                });
            }
        }
        return meters;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
