package com.promptmanage.local.compose;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** {@code docker-compose.yml} and the {@code Dockerfile} that it builds, read as far as their tests need them. */
record ComposeFile(Path root, String text, Map<String, Map<String, Object>> services, Map<String, Object> volumes) {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)(?::([?-])([^}]*))?}");

    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    /** Of the form that the setting wants. */
    private static final String SECRET_KEYS = "one:" + Base64.getEncoder().encodeToString(new byte[32]);

    @SuppressWarnings("unchecked") // what is no map of maps fails the tests, as it should
    static ComposeFile read() throws IOException {
        Path root = repository();
        String text = Files.readString(root.resolve("docker-compose.yml"));
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        Map<String, Object> file = new Yaml(new SafeConstructor(options)).load(text);
        return new ComposeFile(
                root, text, (Map<String, Map<String, Object>>) requireNonNull(file.get("services")), (Map<
                                String, Object>)
                        requireNonNull(file.get("volumes")));
    }

    /** The directory of the repository. */
    private static Path repository() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("docker-compose.yml"))) {
            at = requireNonNull(at.getParent(), "a directory with a docker-compose.yml");
        }
        return at;
    }

    /** The names that the file takes from its own environment. */
    List<String> variables() {
        return VARIABLE.matcher(text)
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toList();
    }

    /** From each service that is built here to the stage of the {@code Dockerfile} that is its image. */
    Map<String, String> built() {
        var built = new TreeMap<String, String>();
        services.forEach((name, service) -> {
            if (service.get("build") instanceof Map<?, ?> build) {
                built.put(name, String.valueOf(build.get("target")));
            }
        });
        return built;
    }

    /** What a service's process finds in its environment; each variable is a text without meaning. */
    Map<String, String> environment(String service) throws IOException {
        var environment = new HashMap<String, String>();
        Matcher settings = Pattern.compile("(?m)^ENV (PM_\\w+)=(\\S+)$").matcher(stageOf(service));
        while (settings.find()) {
            environment.put(settings.group(1), settings.group(2));
        }
        if (requireNonNull(services.get(service), service).get("environment") instanceof Map<?, ?> given) {
            given.forEach((name, value) -> environment.put(
                    String.valueOf(name),
                    VARIABLE.matcher(String.valueOf(value)).replaceAll(ComposeFile::filledIn)));
        }
        return environment;
    }

    /** What the descriptions of a service's own routes list, as {@code GET /api/teams/x}. */
    List<String> requests(String service) throws IOException {
        var requests = new ArrayList<String>();
        try (Stream<Path> files = Files.list(root.resolve(service).resolve("src/main/resources/openapi"))) {
            for (Path file : files.sorted().toList()) {
                Map<String, Object> description =
                        new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
                ((Map<?, ?>) requireNonNull(description.get("paths"))).forEach((path, methods) -> {
                    String asked = String.valueOf(path).replaceAll("\\{[^}]*}", "x");
                    ((Map<?, ?>) methods)
                            .keySet().stream()
                                    .map(String::valueOf)
                                    .filter(METHODS::contains)
                                    .forEach(method -> requests.add(method.toUpperCase(Locale.ROOT) + " " + asked));
                });
            }
        }
        return requests;
    }

    /** The main class that a service's image starts. */
    String mainClass(String service) throws IOException {
        Matcher entry = Pattern.compile("(?m)^ENTRYPOINT \\[.*\"([\\w.]+)\"]$").matcher(stageOf(service));
        if (!entry.find()) {
            throw new AssertionError("the image of %s starts no class".formatted(service));
        }
        return entry.group(1);
    }

    private String stageOf(String service) throws IOException {
        String name = requireNonNull(built().get(service), service);
        String dockerfile = Files.readString(root.resolve("Dockerfile"));
        Matcher stage = Pattern.compile("(?ms)^FROM \\S+ AS " + Pattern.quote(name) + "$(.*?)(?=^FROM |\\z)")
                .matcher(dockerfile);
        if (!stage.find()) {
            throw new AssertionError("the Dockerfile has no stage '%s'".formatted(name));
        }
        return stage.group(1);
    }

    /** What someone might set a variable to, unless there is something that it is by itself. */
    private static String filledIn(MatchResult variable) {
        if ("-".equals(variable.group(2))) {
            return variable.group(3);
        }
        return variable.group(1).equals("SECRET_KEYS") ? SECRET_KEYS : "given";
    }
}
