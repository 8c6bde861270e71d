package com.promptmanage.runner;

import com.promptmanage.runner.model.ModelSettings;
import com.promptmanage.runner.model.ModelSettings.Simulate;
import com.promptmanage.service.settings.Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;

/**
 * What an operator sets for the workflow runner.
 *
 * @param query where the query API is, which knows the budgets
 * @param models who answers prompts
 * @param lease how long a node stays a process's that is not heard of
 * @param nodesMax how many nodes run at the same time in one process
 * @param history how long executions are kept after they have ended
 * @param stop how long a process that is told to end waits for the answers to calls that are paid for
 */
public record RunnerSettings(
        String bootstrapServers,
        Optional<URI> query,
        ModelSettings models,
        Duration lease,
        int nodesMax,
        Duration history,
        Duration stop) {

    private static final Duration LEASE = Duration.ofSeconds(15);

    private static final int NODES_MAX = 500;

    private static final Duration HISTORY = Duration.ofDays(90);

    private static final Duration STOP = Duration.ofSeconds(30);

    /** Of a process of its own: without a key of a provider its models are not asked, unless it is said to pretend. */
    public static RunnerSettings from(Settings settings) {
        return new RunnerSettings(
                settings.text("KAFKA_BOOTSTRAP_SERVERS"),
                Optional.of(url(settings)),
                ModelSettings.from(settings, Simulate.NEVER),
                settings.duration("RUNNER_LEASE", LEASE, Duration.ofSeconds(1), Duration.ofMinutes(10)),
                settings.integer("RUNNER_NODES", NODES_MAX, 1, 100_000),
                settings.duration("RUNNER_HISTORY", HISTORY, Duration.ofDays(1), Duration.ofDays(3_650)),
                settings.duration("RUNNER_STOP", STOP, Duration.ZERO, Duration.ofMinutes(10)));
    }

    /** With this broker; where the budgets are asked is found out later. */
    public RunnerSettings at(String otherBootstrapServers) {
        return new RunnerSettings(otherBootstrapServers, Optional.empty(), models, lease, nodesMax, history, stop);
    }

    private static URI url(Settings settings) {
        String text = settings.text("RUNNER_QUERY_URL");
        try {
            var url = new URI(text);
            settings.require(
                    url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme())),
                    "PM_RUNNER_QUERY_URL: is not an http or https URL");
            return url;
        } catch (URISyntaxException e) {
            settings.require(false, "PM_RUNNER_QUERY_URL: is not a URL");
            return URI.create("http://invalid");
        }
    }
}
