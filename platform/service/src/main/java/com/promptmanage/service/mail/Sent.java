package com.promptmanage.service.mail;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Who has a message, and whom the server did not take it for.
 *
 * @param reached recipients, as the message names them
 * @param refused the server's answer, 400 to 599, by recipient
 */
public record Sent(List<String> reached, Map<String, Integer> refused) {

    /** From this one on it is refused for good, such as for a mailbox that there is not. */
    private static final int PERMANENT = 500;

    public Sent {
        reached = List.copyOf(reached);
        refused = Collections.unmodifiableMap(new LinkedHashMap<>(refused));
    }

    /** Whether someone is left whom the server may take it for later. */
    public boolean isWorthAnotherAttempt() {
        return refused.values().stream().anyMatch(code -> !isPermanent(code));
    }

    /** For whoever named the recipients: whom it was refused for and why, and whether the others have it. */
    public String problem() {
        String others = switch (reached.size()) {
            case 0 -> "";
            case 1 -> "; the other one has it";
            default -> "; the other %d have it".formatted(reached.size());
        };
        return refusal(refused) + others;
    }

    static boolean isPermanent(int code) {
        return code >= PERMANENT;
    }

    static String refusal(Map<String, Integer> refused) {
        return refused.entrySet().stream()
                .map(one -> "%s with code %d".formatted(one.getKey(), one.getValue()))
                .collect(Collectors.joining(", ", "the mail server refused ", ""));
    }
}
