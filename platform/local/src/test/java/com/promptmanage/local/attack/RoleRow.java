package com.promptmanage.local.attack;

import com.promptmanage.local.attack.Troupe.Who;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of roles: what is sent, and who may.
 *
 * @param template of the address, with braces around what names things
 * @param expected a status, or {@link #PASSES}
 */
record RoleRow(String method, String template, @Nullable String body, Map<Who, String> expected) {

    static final String PASSES = "P";

    private static final String TABLE = "attack/roles.txt";

    private static final Set<Integer> REFUSALS = Set.of(401, 403, 404);

    static List<RoleRow> all() {
        try (InputStream table =
                Objects.requireNonNull(RoleRow.class.getClassLoader().getResourceAsStream(TABLE), TABLE)) {
            return new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(RoleRow::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RoleRow read(String line) {
        String[] cells = line.split("\\|", -1);
        String[] route = cells[0].strip().split("\\s+", -1);
        String body = cells[1].strip();
        var left = List.of(cells[2].strip().split("\\s+", -1)).iterator();
        var expected = new EnumMap<Who, String>(Who.class);
        for (Who who : Who.values()) {
            expected.put(who, left.next());
        }
        return new RoleRow(route[0], route[1], body.isEmpty() ? null : body, expected);
    }

    static boolean isAs(String expected, int status) {
        return expected.equals(PASSES)
                ? status < 500 && !REFUSALS.contains(status)
                : expected.equals(Integer.toString(status));
    }

    boolean names(String thing) {
        return template.contains(thing) || (body != null && body.contains(thing));
    }

    boolean isGet() {
        return method.equals("GET");
    }

    /** As the description has it, without the names of parameters. */
    String endpoint() {
        return method + " " + template.replaceAll("\\?.*", "").replaceAll("\\{[^}]*}", "{}");
    }

    String path(Map<String, String> things) {
        return filled(template, things).replaceAll("[{}]", "");
    }

    byte @Nullable [] content(Map<String, String> things) {
        return body == null ? null : SystemStage.bytes(filled(body, things));
    }

    private static String filled(String text, Map<String, String> things) {
        String filled = text;
        for (Map.Entry<String, String> thing : things.entrySet()) {
            filled = filled.replace(thing.getKey(), thing.getValue());
        }
        return filled;
    }
}
