package com.promptmanage.runner.expression;

import java.util.Set;

/** Names with a meaning of their own in templates and expressions. */
public final class Names {

    /** What the node before put out; of several, an object {@code input_0, input_1, …}. */
    public static final String INPUT = "input";

    /** The data that the run was triggered with. */
    public static final String VARIABLES = "variables";

    /** Another name of {@link #VARIABLES}. */
    public static final String TRIGGER = "trigger";

    /** Another name of {@link #VARIABLES}. */
    public static final String TRIGGER_DATA = "triggerData";

    /** The outputs of the nodes before, by id: for ids that are not names. */
    public static final String NODES = "nodes";

    /** The record that this is about, behind a data source. */
    public static final String RECORD = "record";

    /** The item that this is about: the record, or the innermost loop's. */
    public static final String ITEM = "item";

    /** The item's place, from 0. */
    public static final String INDEX = "index";

    /** What reduce has so far. */
    public static final String ACCUMULATOR = "accumulator";

    /** The run itself. */
    public static final String EXECUTION = "execution";

    /** When this attempt began, RFC 3339. */
    public static final String NOW = "NOW";

    /** Credentials, by name. */
    public static final String SECRETS = "secrets";

    /** All of these. A node or a loop's item of such a name could not be referred to. */
    public static final Set<String> RESERVED = Set.of(
            INPUT, VARIABLES, TRIGGER, TRIGGER_DATA, NODES, RECORD, ITEM, INDEX, ACCUMULATOR, EXECUTION, NOW, SECRETS);

    private Names() {}

    /** Whether it is written like a parameter of a template: {@code CRM_API_URL}. */
    public static boolean isParameter(String name) {
        return !name.equals(NOW)
                && name.length() > 1
                && name.charAt(0) >= 'A'
                && name.charAt(0) <= 'Z'
                && name.chars().allMatch(c -> (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_');
    }
}
