package com.promptmanage.query.attack;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.QueryMain;
import com.promptmanage.query.attack.Cast.Scene;
import com.promptmanage.query.attack.Cast.Who;
import com.promptmanage.testkit.Damage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Walks every route as everyone, and with every kind of noise. A route that is not in the table fails, so that nobody adds
 * one without saying who may use it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryRouteTest {

    private static final long SEED = 20261125;

    private static final int BODIES = 12;

    /** What is put where a name belongs, in addresses. */
    private static final List<String> NASTY = List.of(
            "%00",
            "a%00b", "%0a", "%ff%fe", "%ed%a0%80", "'%20OR%201=1--", "x".repeat(3_000), "%F0%9F%98%80", "-1", "%25");

    /** Of these, those that may pass for a name: put into one parameter at a time, since another would be refused first. */
    private static final List<String> UNTYPED = List.of("'%20OR%201=1--", "%F0%9F%98%80");

    private static final List<String> PARAMETERS = List.of(
            "cursor",
            "limit",
            "startDate",
            "endDate",
            "model",
            "tag",
            "action",
            "actorId",
            "status",
            "userId",
            "groupBy",
            "timezone",
            "after",
            "budgetId",
            "promptId",
            "provider",
            "apiKeyId");

    private final Stage stage = new Stage();

    private final List<Row> rows = Row.all();

    @AfterAll
    void close() {
        stage.close();
    }

    @Test
    void theTableHasEveryRouteAndTheDescriptionToo() {
        var listed = new TreeSet<String>();
        rows.forEach(row -> listed.add(row.endpoint()));

        assertThat(listed)
                .as("attack/every-route.txt says of each mounted route who gets which status")
                .isEqualTo(stage.endpoints());
        assertThat(QueryMain.description().differencesFrom(stage.api().server()))
                .as("what the process describes is what the stage mounts")
                .isEmpty();
    }

    @Test
    void everyRouteAnswersEveryoneAsTheTableSays() throws Exception {
        assertThat(ofEachRow((cast, row) -> {
                    var wrong = new ArrayList<String>();
                    Scene shared = cast.scene(row);
                    for (Who who : Who.values()) {
                        int expected = Objects.requireNonNull(row.statuses().get(who));
                        // What changes something is tried on things that nobody has changed.
                        Scene scene = row.isGet() || expected >= 400 ? shared : cast.scene(row);
                        int status = cast.send(
                                cast.credentials(who, scene), row.method(), row.path(scene), row.content(scene));
                        if (status != expected) {
                            wrong.add("%s %s as %s: %d, expected %d"
                                    .formatted(row.method(), row.template(), who, status, expected));
                        }
                        if (row.endsTheSession()) {
                            cast.forget(who);
                        }
                    }
                    return wrong;
                }))
                .isEmpty();
    }

    @Test
    void noiseIsTheSendersFault() throws Exception {
        assertThat(ofEachRow((cast, row) -> row.body() == null ? List.of() : answersToNoise(cast, row, row.body())))
                .isEmpty();
    }

    private List<String> answersToNoise(Cast cast, Row row, String good) {
        // The same for a row whoever tries it, and another for each.
        var damage = new Damage(SEED + rows.indexOf(row));
        var broken = new ArrayList<String>();
        Scene scene = cast.scene(row);
        String owner = cast.credentials(Who.OWNER, scene);
        for (int i = 0; i < BODIES; i++) {
            boolean isNoise = i % 4 == 0;
            byte[] body = isNoise ? damage.noise(200) : damage.edited(scene.fill(good));
            int status = cast.send(owner, row.method(), row.path(scene), body);
            if (status >= 500 || (isNoise && body.length > 0 && status < 400)) {
                broken.add("%s %s: %d to %s"
                        .formatted(
                                row.method(), row.template(), status, new String(body, StandardCharsets.ISO_8859_1)));
            }
        }
        return broken;
    }

    @Test
    void aBodyThatIsTooLargeIsTheSendersFaultAndOneThatNobodyAskedForDoesNoHarm() throws Exception {
        var tooLarge = new byte[(16 << 20) + 1];
        var unasked = "{\"surprise\":[1,2,3]}".getBytes(StandardCharsets.UTF_8);
        assertThat(ofEachRow((cast, row) -> {
                    if (row.isGet() || row.endsTheSession()) {
                        return List.of();
                    }
                    Scene scene = cast.scene(row);
                    String owner = cast.credentials(Who.OWNER, scene);
                    boolean takesOne = row.body() != null;
                    int status = cast.send(owner, row.method(), row.path(scene), takesOne ? tooLarge : unasked);
                    return status >= 500 || (takesOne && status < 400)
                            ? List.of("%s %s: %d".formatted(row.method(), row.template(), status))
                            : List.of();
                }))
                .isEmpty();
    }

    @Test
    void namesThatAreNoneAreTheSendersFault() throws Exception {
        assertThat(ofEachRow((cast, row) -> row.endsTheSession() ? List.of() : answersToNames(cast, row)))
                .isEmpty();
    }

    private static List<String> answersToNames(Cast cast, Row row) {
        var broken = new ArrayList<String>();
        Scene scene = cast.scene(row);
        String owner = cast.credentials(Who.OWNER, scene);
        for (String nasty : NASTY) {
            for (String path : pathsWith(nasty, row, scene)) {
                int status = cast.send(owner, row.method(), path, row.content(scene));
                if (status >= 500) {
                    broken.add("%s %s: %d"
                            .formatted(row.method(), path.length() > 200 ? path.substring(0, 200) : path, status));
                }
            }
        }
        return broken;
    }

    private interface Attempt {

        /** @return what is wrong */
        List<String> on(Cast cast, Row row);
    }

    /** Each row is tried by one of the casts; they share the table out among them. */
    private List<String> ofEachRow(Attempt attempt) throws Exception {
        var left = new ConcurrentLinkedQueue<Row>(rows);
        var wrong = new ArrayList<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<String>>> found = stage.casts().stream()
                    .map(cast -> threads.submit(() -> {
                        List<String> its = new ArrayList<>();
                        for (Row row = left.poll(); row != null; row = left.poll()) {
                            its.addAll(attempt.on(cast, row));
                        }
                        return its;
                    }))
                    .toList();
            for (Future<List<String>> one : found) {
                wrong.addAll(one.get());
            }
        }
        return wrong;
    }

    private static List<String> pathsWith(String nasty, Row row, Scene scene) {
        var paths = new ArrayList<String>();
        if (row.namesSomething()) {
            paths.add(scene.fill(row.template().replaceAll("\\{[^}]*}", nasty)));
            paths.add(row.pathNaming(scene, nasty));
        }
        if (row.isGet() && !row.template().endsWith("/stream?teamId=$team")) {
            String path = row.path(scene);
            String separator = path.contains("?") ? "&" : "?";
            if (UNTYPED.contains(nasty)) {
                PARAMETERS.forEach(parameter -> paths.add(path + separator + parameter + "=" + nasty));
            } else {
                paths.add(path + separator + String.join("=" + nasty + "&", PARAMETERS) + "=" + nasty);
            }
        }
        return paths;
    }
}
