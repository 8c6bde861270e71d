package com.promptmanage.local;

import com.promptmanage.ingest.IngestMain;
import com.promptmanage.query.QueryMain;
import com.promptmanage.runner.RunnerMain;
import com.promptmanage.runner.model.ModelSettings;
import com.promptmanage.runner.model.ModelSettings.Simulate;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.service.settings.Settings;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * What the environment says to the whole product in one process: every setting of every service, read as the services themselves
 * read it, but for those that say where things are, which is known here. One that is not heard stops the start like one that
 * nobody knows: who sets it expects something of it.
 *
 * @param secretKeys those that are given, of which the first seals, and the data directory's own behind them: what was sealed before
 *     opens, and is sealed anew
 */
record LocalSettings(QueryMain.Given query, IngestMain.Given ingest, RunnerMain.Given runner, SecretKeys secretKeys) {

    private static final String SECRET_KEYS = "PM_SECRET_KEYS";

    private static final String OWN_DATABASE = "it brings a database of its own";

    private static final String ONE_PROCESS = "it is one process, with one broker";

    private static final String OWN_BUDGETS = "it asks its own budgets";

    /** What is not heard, and why. */
    private static final Map<String, String> SET_HERE = Map.ofEntries(
            Map.entry("PM_HTTP_HOST", "it listens on the loopback address"),
            Map.entry("PM_HTTP_PORT", "use --port"),
            Map.entry("PM_KAFKA_BOOTSTRAP_SERVERS", "it brings a broker of its own"),
            Map.entry("PM_DATABASE_URL", OWN_DATABASE),
            Map.entry("PM_DATABASE_OWNER", OWN_DATABASE),
            Map.entry("PM_DATABASE_OWNER_PASSWORD", OWN_DATABASE),
            Map.entry("PM_DATABASE_APP_PASSWORD", OWN_DATABASE),
            Map.entry("PM_METERING_STATE_DIRECTORY", "use --data"),
            Map.entry("PM_METERING_APPLICATION_ID", "a data directory has one metering"),
            Map.entry("PM_METERING_STANDBY_REPLICAS", ONE_PROCESS),
            Map.entry("PM_METERING_CHANGELOG_REPLICAS", ONE_PROCESS),
            Map.entry("PM_TOPIC_REPLICAS", ONE_PROCESS),
            Map.entry("PM_ADVERTISED_HOST", ONE_PROCESS),
            Map.entry("PM_ADVERTISED_PORT", ONE_PROCESS),
            Map.entry("PM_QUERY_URL", OWN_BUDGETS),
            Map.entry("PM_QUERY_API_KEY", OWN_BUDGETS),
            Map.entry("PM_RUNNER_QUERY_URL", OWN_BUDGETS));

    /** What the services cannot do without, until it is known. */
    private static final Map<String, String> STAND_INS = Map.of(
            "PM_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092",
            "PM_DATABASE_URL", "jdbc:postgresql://127.0.0.1/promptmanage",
            "PM_DATABASE_APP_PASSWORD", "not known yet",
            "PM_RUNNER_QUERY_URL", "http://127.0.0.1");

    /** What is otherwise here than in services that run alone, unless it is set: few partitions start in a second. */
    private static final Map<String, String> DEFAULTS =
            Map.of("PM_TOPIC_PARTITIONS", "4", "PM_RUNNER_SIMULATE_MODELS", "without-key");

    /**
     * @param own the data directory's, whose key alone is used where none is given
     * @param isDemo whether there is a demo team, whose workflows run by themselves and must not cost anyone money
     * @throws com.promptmanage.service.settings.BadSettingsException with all that is wrong
     */
    static LocalSettings of(Map<String, String> environment, Keepsakes own, boolean isDemo) {
        var heard = new HashMap<String, String>(DEFAULTS);
        heard.put(SECRET_KEYS, own.secretKeysText());
        heard.putAll(environment);
        heard.keySet().removeAll(SET_HERE.keySet());
        heard.putAll(STAND_INS);
        var settings = new Settings(Settings.PREFIX, heard);
        // Which trace the demo team's past is made of: read with the command line.
        var unused = settings.optionalText("TRACE");
        for (String name : new TreeSet<>(environment.keySet())) {
            settings.require(
                    !SET_HERE.containsKey(name),
                    "%s: bin/up sets this itself: %s".formatted(name, SET_HERE.getOrDefault(name, "")));
        }
        var query = QueryMain.Given.from(settings);
        var read = new LocalSettings(
                query,
                IngestMain.Given.from(settings),
                RunnerMain.Given.from(settings),
                before(own.secretKeys(), query.outside().keys(), settings));
        ModelSettings models = read.runner().runner().models();
        settings.require(
                !isDemo || models.endpoints().isEmpty() || models.simulate() == Simulate.ALWAYS,
                "the demo's workflows would ask the models that you give keys or addresses of, and run by themselves:"
                        + " add --no-demo, or set PM_RUNNER_SIMULATE_MODELS=always");
        settings.check();
        return read;
    }

    private static SecretKeys before(SecretKeys own, SecretKeys given, Settings settings) {
        try {
            return given.followedBy(own);
        } catch (IllegalArgumentException e) {
            settings.require(false, String.valueOf(e.getMessage()));
            return given;
        }
    }
}
