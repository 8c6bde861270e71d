package com.promptmanage.runner.model;

import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.service.token.TokenCounter;
import com.promptmanage.topics.usage.TokenCounts;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers without a model, a key or a network: the same prompt gets the same answer, text or JSON as it asks for, which says
 * that it is simulated. Tokens are counted as the named model would count them.
 *
 * <p>A prompt can say how its answer is to come, see {@link Stage}.
 */
public final class SimulatedModel implements LanguageModel {

    public static final String PROVIDER = "simulated";

    /** Sent in pieces of so many characters, as real answers come. */
    private static final int PIECE_CHARS = 24;

    /** What is remembered of faults that end after some times. */
    private static final int FAULTS_MAX = 10_000;

    private final TokenCounter counter;

    private final Duration latency;

    private final Clock clock;

    private final Map<String, Integer> faultsPlayed = new ConcurrentHashMap<>();

    /** @param latency of each answer, unless the prompt wants another */
    public SimulatedModel(TokenCounter counter, Duration latency, Clock clock) {
        this.counter = counter;
        this.latency = latency;
        this.clock = clock;
    }

    @Override
    public String provider() {
        return PROVIDER;
    }

    @Override
    public String place() {
        return "";
    }

    @Override
    public CallResult ask(ModelRequest request, Duration timeout, CallWatcher watcher) throws InterruptedException {
        Instant began = clock.instant();
        Stage stage = Stage.of(request.prompt());
        Duration wait = stage.latency().orElse(latency);
        if (wait.compareTo(timeout) > 0) {
            Thread.sleep(timeout);
            return new CallResult.Failed(new Failure(
                    Failure.Kind.AMBIGUOUS, "simulated: no whole answer within %d ms".formatted(timeout.toMillis())));
        }
        Thread.sleep(wait);
        if (stage.fault().isPresent() && isFaultDue(request, stage)) {
            return new CallResult.Failed(new Failure(
                            stage.fault().get(),
                            "simulated: a fault of the kind %s, as the prompt wants it"
                                    .formatted(stage.fault().get().code()))
                    .retryAfter(stage.retryAfter()));
        }
        String whole = answer(request, stage);
        String text = cut(whole, request);
        for (int at = 0; at < text.length(); at += PIECE_CHARS) {
            watcher.received(text.substring(at, Math.min(text.length(), at + PIECE_CHARS)));
        }
        Instant ended = clock.instant();
        var usage = new CallUsage(
                PROVIDER,
                request.model(),
                TokenCounts.ofInputOutput(
                        count(request.instructions() + "\n" + request.prompt(), request), count(text, request)),
                ended,
                Duration.between(began, ended),
                null,
                null,
                true);
        boolean isCut = text.length() < whole.length();
        return new CallResult.Answered(new Answer(
                new ModelAnswer(text, request.model(), PROVIDER, isCut ? "length" : "stop", true).toJson(),
                Optional.of(usage)));
    }

    private String answer(ModelRequest request, Stage stage) {
        if (stage.answer().isPresent()) {
            return stage.answer().get();
        }
        var chance = new Chance(digest(request.toJson().toString()));
        return SimulatedJson.isWanted(request)
                ? SimulatedJson.of(request.instructions() + "\n" + request.prompt(), chance)
                : SimulatedText.of(request, chance);
    }

    /** The counted faults of a prompt are used up by its calls, whoever makes them. */
    private boolean isFaultDue(ModelRequest request, Stage stage) {
        if (stage.times().isEmpty()) {
            return true;
        }
        String key = digest(request.prompt());
        if (faultsPlayed.size() >= FAULTS_MAX && !faultsPlayed.containsKey(key)) {
            faultsPlayed.clear();
        }
        return faultsPlayed.merge(key, 1, Integer::sum) <= stage.times().getAsInt();
    }

    private String cut(String text, ModelRequest request) {
        String kept = text;
        while (!kept.isEmpty() && count(kept, request) > request.maxTokens()) {
            long tokens = count(kept, request);
            int length = (int) (kept.length() * (long) request.maxTokens() / tokens);
            kept = kept.substring(0, Math.min(kept.length() - 1, length));
        }
        return kept;
    }

    private long count(String text, ModelRequest request) {
        return counter.count(text, request.model()).tokens();
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
