package com.promptmanage.query.saving;

import java.util.Optional;
import java.util.regex.Pattern;

/** The model that does most of what a dearer one does: the same before a call as in what is told of a month of calls. */
public final class CheaperModel {

    private static final Pattern GPT_4_CLASS =
            Pattern.compile("(?:.*/)?(?:gpt-4(?:-turbo.*|-32k.*|-\\d{4}.*|o|o-\\d{4}.*|)|chatgpt-4o-latest)");

    private static final String CHEAPER = "gpt-4o-mini";

    private CheaperModel() {}

    /** Empty if none is known. Whether it is worth a change is for whoever knows the tokens. */
    public static Optional<String> of(String model) {
        return GPT_4_CLASS.matcher(model).matches() ? Optional.of(CHEAPER) : Optional.empty();
    }
}
