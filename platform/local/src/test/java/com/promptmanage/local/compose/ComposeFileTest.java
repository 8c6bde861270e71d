package com.promptmanage.local.compose;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No check starts containers. What can be wrong in their description without any is looked at here. */
class ComposeFileTest {

    /** What a service says once it knows all its settings and misses none. */
    private static final String READ = "the settings are read";

    private static final Set<String> KEYS = Set.of(
            "build",
            "cap_add",
            "cap_drop",
            "command",
            "depends_on",
            "environment",
            "healthcheck",
            "image",
            "mem_limit",
            "ports",
            "read_only",
            "restart",
            "security_opt",
            "shm_size",
            "stop_grace_period",
            "tmpfs",
            "user",
            "volumes");

    @TempDir
    private Path directory;

    private final ComposeFile compose;

    ComposeFileTest() throws IOException {
        compose = ComposeFile.read();
    }

    @Test
    void eachServiceTakesTheSettingsThatItIsGivenAndMissesNone() throws Exception {
        assertThat(compose.built()).containsOnlyKeys("ingest-api", "query-api", "workflow-runner");
        for (String service : compose.built().keySet()) {
            assertThat(saysAtTheStart(service)).as(service).contains(READ);
        }
    }

    @Test
    void eachServiceIsMadeOfWhatIsThereAndDependsOnOthersThatAre() {
        compose.services().forEach((name, service) -> {
            assertThat(KEYS).as("keys of %s", name).containsAll(service.keySet());
            assertThat(service.containsKey("image") ^ service.containsKey("build"))
                    .as("%s has an image or is built", name)
                    .isTrue();
            if (service.get("depends_on") instanceof Map<?, ?> needed) {
                assertThat(compose.services()).as("needed by %s", name).containsKeys(texts(needed.keySet()));
            }
            if (service.get("volumes") instanceof List<?> mounts) {
                for (String mount : texts(mounts)) {
                    String source = mount.substring(0, mount.indexOf(':'));
                    if (source.startsWith("./")) {
                        assertThat(compose.root().resolve(source)).exists();
                    } else {
                        assertThat(compose.volumes()).containsKey(source);
                    }
                }
            }
        });
    }

    /** The image takes half of the memory that it sees for its heap, from the start: without a limit, of the whole machine's. */
    @Test
    void eachServiceSeesOnlyAPartOfTheMemory() {
        assertThat(compose.built().keySet())
                .isNotEmpty()
                .allSatisfy(
                        service -> assertThat(compose.services().get(service)).containsKey("mem_limit"));
    }

    @Test
    void whatTheFileAsksForIsInTheExample() throws IOException {
        String example = Files.readString(compose.root().resolve(".env.example"));

        assertThat(compose.variables())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(example).containsPattern("(?m)^#?" + name + "="));
    }

    @Test
    void theProxySendsRequestsToServicesAtTheirPorts() throws IOException {
        String proxy = Files.readString(compose.root().resolve("Caddyfile"));
        var addresses = new TreeSet<String>();
        for (String service : compose.built().keySet()) {
            addresses.add(service + ":" + compose.environment(service).get("PM_HTTP_PORT"));
        }

        assertThat(addresses)
                .isNotEmpty()
                .allSatisfy(address -> assertThat(proxy).contains("reverse_proxy " + address));
    }

    @Test
    void whoAsksAnotherServiceIsToldItsAddress() throws IOException {
        var addresses = new TreeSet<String>();
        var told = new TreeSet<String>();
        for (String service : compose.built().keySet()) {
            Map<String, String> environment = compose.environment(service);
            addresses.add("http://%s:%s".formatted(service, environment.get("PM_HTTP_PORT")));
            environment.values().stream()
                    .filter(value -> value.startsWith("http://"))
                    .forEach(told::add);
        }

        assertThat(addresses).containsAll(told);
        assertThat(compose.environment("ingest-api")).containsKey("PM_QUERY_URL");
        assertThat(compose.environment("workflow-runner")).containsKey("PM_RUNNER_QUERY_URL");
    }

    @Test
    void everyDescribedRequestReachesTheServiceThatDescribesIt() throws IOException {
        Proxy proxy = Proxy.read(compose.root().resolve("Caddyfile"));
        for (String service : compose.built().keySet()) {
            var others = new TreeSet<String>();
            for (String request : compose.requests(service)) {
                String[] parts = request.split(" ", 2);
                if (!proxy.serviceOf(parts[0], parts[1]).equals(service)) {
                    others.add(request);
                }
            }
            assertThat(others).as("what does not reach " + service).isEmpty();
        }
    }

    @Test
    void aBrokerThatWasKilledIsGivenUpByItsControllerBeforeItStarts() throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        String both = "broker,controller on PLAINTEXT://:9092,CONTROLLER://:9093 as PLAINTEXT://kafka:9092, 600000 ms";
        assertThat(startsOfTheBroker(data)).as("the first start").containsExactly(both);

        Files.createDirectory(data.resolve("__cluster_metadata-0"));
        assertThat(startsOfTheBroker(data))
                .as("after a kill")
                .containsExactly("controller on CONTROLLER://:9093 as , 1000 ms", both);

        Files.createFile(data.resolve(".kafka_cleanshutdown"));
        assertThat(startsOfTheBroker(data)).as("after an orderly end").containsExactly(both);
    }

    /** Runs its container's command, with a program in the place of the image's that only says what it is to start. */
    private List<String> startsOfTheBroker(Path data) throws Exception {
        Path program = Files.writeString(directory.resolve("run"), """
                #!/bin/sh
                session="$KAFKA_BROKER_SESSION_TIMEOUT_MS ms"
                echo "starts $KAFKA_PROCESS_ROLES on $KAFKA_LISTENERS as $KAFKA_ADVERTISED_LISTENERS, $session"
                """);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        Map<String, Object> broker = requireNonNull(compose.services().get("kafka"));
        var command = new ArrayList<String>();
        for (String part : texts((List<?>) requireNonNull(broker.get("command")))) {
            command.add(part.replace("/etc/kafka/docker/run", program.toString())
                    .replace("/var/lib/kafka/data", data.toString()));
        }
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        ((Map<?, ?>) requireNonNull(broker.get("environment")))
                .forEach((name, value) -> builder.environment().put(String.valueOf(name), String.valueOf(value)));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.lines()
                .filter(line -> line.startsWith("starts "))
                .map(line -> line.substring("starts ".length()))
                .toList();
    }

    /** Starts a service with just the environment that its container has, and stops it as soon as it has read it. */
    private String saysAtTheStart(String service) throws IOException {
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                compose.mainClass(service));
        builder.directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PM_"));
        builder.environment().putAll(compose.environment(service));
        Process process = builder.start();
        var said = new StringBuilder();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                said.append(line).append('\n');
                if (line.contains(READ)) {
                    break;
                }
            }
        } finally {
            process.destroyForcibly();
        }
        return said.toString();
    }

    private static String[] texts(Collection<?> values) {
        return values.stream().map(String::valueOf).toArray(String[]::new);
    }
}
