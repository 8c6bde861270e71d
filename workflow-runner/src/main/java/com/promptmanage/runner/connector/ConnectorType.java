package com.promptmanage.runner.connector;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What people and programs may know about a connector.
 *
 * @param type stable: as {@code sourceType} and {@code destination} name it
 * @param name for people
 * @param auth what kinds of credentials it takes; the first is the usual one
 * @param settings of its configuration
 */
public record ConnectorType(
        String type, String name, String version, List<Auth> auth, Set<Ability> abilities, List<Setting> settings) {

    public ConnectorType {
        auth = List.copyOf(auth);
        abilities = Set.copyOf(abilities);
        settings = List.copyOf(settings);
    }

    /** How a connector proves who it is. */
    public enum Auth {
        NONE,
        API_KEY,
        BEARER,
        BASIC,
        OAUTH2;

        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What can be done with it. */
    public enum Ability {
        READ,
        /** To read only what has changed. */
        READ_CHANGES,
        CREATE,
        UPDATE,
        UPSERT,
        LIST_RESOURCES,
        SCHEMA;

        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param kind {@code text}, {@code url}, {@code integer}, {@code boolean}, {@code object}, {@code list}, or words with | */
    public record Setting(String name, String kind, boolean isRequired, String description) {}
}
