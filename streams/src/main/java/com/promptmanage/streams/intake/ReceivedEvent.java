package com.promptmanage.streams.intake;

import com.promptmanage.topics.usage.TokenKind;
import java.util.Arrays;

/**
 * The event being processed, as ranges of its record's bytes. One object for every event of a task: what is to outlive
 * the event must be copied.
 */
public final class ReceivedEvent {

    /** Tags beyond this are not read; {@code TokenUsage} refuses them at the door. */
    static final int TAGS_MAX = 32;

    final Text id = new Text();
    final Text source = new Text();
    final Text type = new Text();
    final Text subject = new Text();
    final Text userId = new Text();
    final Text teamId = new Text();
    final Text model = new Text();
    final Text provider = new Text();
    final Text executionType = new Text();
    final Text promptId = new Text();
    final Text workflowId = new Text();
    final Text apiKeyId = new Text();
    final Text serviceTier = new Text();
    final Text[] tagNames = new Text[TAGS_MAX];
    final Text[] tagValues = new Text[TAGS_MAX];
    final long[] tokens = new long[TokenKind.COUNT];

    int tagCount;
    boolean isTokenUsage;
    long timeMs;
    long totalTokens;
    long totalInputTokens;
    boolean hasReportedCost;
    long reportedCostNanoUsd;
    byte[] record = new byte[0];
    int dataStart;
    int dataEnd;
    int timeStart;
    int timeEnd;

    ReceivedEvent() {
        for (int i = 0; i < TAGS_MAX; i++) {
            tagNames[i] = new Text();
            tagValues[i] = new Text();
        }
    }

    /** Whether the event is the use of tokens; else it is a plain event, which is counted by its type. */
    public boolean isTokenUsage() {
        return isTokenUsage;
    }

    public Text id() {
        return id;
    }

    public Text source() {
        return source;
    }

    public Text type() {
        return type;
    }

    /** The account, in its prefixed form. */
    public Text account() {
        return subject;
    }

    public Text userId() {
        return userId;
    }

    public Text model() {
        return model;
    }

    public Text provider() {
        return provider;
    }

    public Text executionType() {
        return executionType;
    }

    public Text promptId() {
        return promptId;
    }

    public Text workflowId() {
        return workflowId;
    }

    public Text apiKeyId() {
        return apiKeyId;
    }

    public Text serviceTier() {
        return serviceTier;
    }

    public int tagCount() {
        return tagCount;
    }

    public Text tagName(int index) {
        return tagNames[index];
    }

    public Text tagValue(int index) {
        return tagValues[index];
    }

    /** The counts by {@link TokenKind#index()}. Not to be changed. */
    public long[] tokens() {
        return tokens;
    }

    public long totalTokens() {
        return totalTokens;
    }

    public long totalInputTokens() {
        return totalInputTokens;
    }

    /** When it happened, ms since the epoch. */
    public long timeMs() {
        return timeMs;
    }

    /** The cost that the producer reports, nanoUSD; −1 if it reports none. */
    public long reportedCostNanoUsd() {
        return hasReportedCost ? reportedCostNanoUsd : -1;
    }

    /** The whole record. */
    public byte[] record() {
        return record;
    }

    /** Where in the record the JSON of its data begins. */
    public int dataStart() {
        return dataStart;
    }

    /** Where in the record the JSON of its data ends, exclusive. */
    public int dataEnd() {
        return dataEnd;
    }

    /** Where in the record the JSON of its time begins, with its quote. */
    public int timeStart() {
        return timeStart;
    }

    public int timeEnd() {
        return timeEnd;
    }

    void clear() {
        id.clear();
        source.clear();
        type.clear();
        subject.clear();
        userId.clear();
        teamId.clear();
        model.clear();
        provider.clear();
        executionType.clear();
        promptId.clear();
        workflowId.clear();
        apiKeyId.clear();
        serviceTier.clear();
        Arrays.fill(tokens, 0);
        tagCount = 0;
        isTokenUsage = false;
        timeMs = Long.MIN_VALUE;
        totalTokens = 0;
        totalInputTokens = 0;
        hasReportedCost = false;
        dataStart = -1;
    }
}
