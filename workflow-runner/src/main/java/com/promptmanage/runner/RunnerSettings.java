package com.promptmanage.runner;

import com.promptmanage.runner.simulation.Simulation.Team;
import com.promptmanage.service.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What an operator sets for the workflow runner.
 *
 * @param simulatedTeam whose executions are made up; empty for none, which is what a real installation wants
 * @param simulationPause between two made-up executions
 */
public record RunnerSettings(String bootstrapServers, Optional<Team> simulatedTeam, Duration simulationPause) {

    public static RunnerSettings from(Settings settings) {
        String bootstrapServers = settings.text("KAFKA_BOOTSTRAP_SERVERS");
        Optional<String> team = settings.optionalText("RUNNER_SIMULATED_TEAM");
        List<String> users = settings.list("RUNNER_SIMULATED_USERS", List.of("simulated"));
        return new RunnerSettings(
                bootstrapServers,
                team.map(id -> new Team(id, users)),
                settings.duration(
                        "RUNNER_SIMULATION_PAUSE", Duration.ofSeconds(10), Duration.ofMillis(10), Duration.ofDays(1)));
    }
}
