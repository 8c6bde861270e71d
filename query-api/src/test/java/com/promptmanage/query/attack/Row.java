package com.promptmanage.query.attack;

import com.promptmanage.query.attack.Cast.Scene;
import com.promptmanage.query.attack.Cast.Who;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of routes: what is sent, and who gets which status.
 *
 * @param template of the address, with braces around what names things
 */
record Row(String method, String template, @Nullable String body, Map<Who, Integer> statuses) {

    private static final String TABLE = "attack/every-route.txt";

    static List<Row> all() {
        try (InputStream table =
                Objects.requireNonNull(Row.class.getClassLoader().getResourceAsStream(TABLE), TABLE)) {
            return new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(Row::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Row read(String line) {
        String[] cells = line.split("\\|", -1);
        String[] route = cells[0].strip().split("\\s+", -1);
        String body = cells[1].strip();
        return new Row(route[0], route[1], body.isEmpty() ? null : body, statuses(cells[2].strip()));
    }

    private static Map<Who, Integer> statuses(String cell) {
        var left = List.of(cell.split("\\s+", -1)).iterator();
        var statuses = new EnumMap<Who, Integer>(Who.class);
        for (Who who : Who.values()) {
            statuses.put(who, Integer.valueOf(left.next()));
        }
        return statuses;
    }

    /** Whether the address or the body has the thing of this name. */
    boolean names(String thing) {
        return (template + " " + body).contains("$" + thing);
    }

    boolean isGet() {
        return method.equals("GET");
    }

    /** After it, whoever sent it has no session any more. */
    boolean endsTheSession() {
        return template.equals("/api/auth/logout");
    }

    String path(Scene scene) {
        return scene.fill(template).replaceAll("[{}]", "");
    }

    /** The address with another name for the last thing that it names. */
    String pathNaming(Scene scene, String name) {
        return scene.fill(template.replaceFirst("(.*)\\{[^}]*}", "$1" + name)).replaceAll("[{}]", "");
    }

    boolean namesSomething() {
        return template.contains("{");
    }

    /** As the list of mounted routes has it. */
    String endpoint() {
        return method + " " + template.replaceAll("\\?.*", "").replaceAll("\\{[^}]*}", "{}");
    }

    byte @Nullable [] content(Scene scene) {
        return body == null ? null : scene.fill(body).getBytes(StandardCharsets.UTF_8);
    }
}
