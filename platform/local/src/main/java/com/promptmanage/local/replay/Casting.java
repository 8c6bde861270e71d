package com.promptmanage.local.replay;

import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Who made each request of a trace, for which team, with which model: a trace does not tell. The same request is always
 * cast alike. Users, teams and models that stand earlier get more of the requests, as in life.
 *
 * @param teams none makes the requests the users' own
 * @param tags on every event
 */
public record Casting(
        List<String> teams, List<String> users, List<Model> models, List<String> prompts, Map<String, String> tags) {

    /** @param provider as the price catalogue names it */
    public record Model(String name, String provider) {}

    public static final List<Model> MODELS = List.of(
            new Model("gpt-4o-mini", "openai"),
            new Model("gpt-4o", "openai"),
            new Model("claude-3-5-sonnet", "anthropic"),
            new Model("gemini-1-5-pro", "google"));

    public Casting {
        teams = List.copyOf(teams);
        users = List.copyOf(users);
        models = List.copyOf(models);
        prompts = List.copyOf(prompts);
        tags = Map.copyOf(tags);
        if (users.isEmpty() || models.isEmpty()) {
            throw new IllegalArgumentException("someone must have made the requests, with some model");
        }
    }

    /** So many made-up users in so many made-up teams, with several models. */
    public static Casting ofCrowd(int teams, int users) {
        return new Casting(
                numbered("replay_team_", teams),
                numbered("replay_user_", users),
                MODELS,
                List.of("summarize", "answer-ticket", "draft-reply"),
                Map.of());
    }

    public Casting withTeam(String team) {
        return new Casting(List.of(team), users, models, prompts, tags);
    }

    public Casting withModel(String model) {
        Model known = MODELS.stream()
                .filter(candidate -> candidate.name().equals(model))
                .findFirst()
                .orElseGet(() -> new Model(model, ""));
        return new Casting(teams, users, List.of(known), prompts, tags);
    }

    TokenUsage usage(Trace.Request request) {
        // Seeded by the request's place in the trace alone, so that it is cast alike in every replay.
        var random = new SplittableRandom(request.number());
        Model model = pick(models, random);
        return TokenUsage.builder(pick(users, random), model.name())
                .teamId(teams.isEmpty() ? null : pick(teams, random))
                .provider(model.provider().isEmpty() ? null : model.provider())
                .promptId(prompts.isEmpty() ? null : pick(prompts, random))
                .tags(tags)
                .tokens(TokenCounts.ofInputOutput(request.contextTokens(), request.generatedTokens()))
                .build();
    }

    /** The square makes the first quarter of a list as likely as the rest of it. */
    private static <T> T pick(List<T> list, SplittableRandom random) {
        double at = random.nextDouble();
        return list.get((int) (at * at * list.size()));
    }

    private static List<String> numbered(String prefix, int count) {
        return java.util.stream.IntStream.rangeClosed(1, count)
                .mapToObj(number -> prefix + number)
                .toList();
    }
}
