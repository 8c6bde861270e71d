package com.promptmanage.runner.run;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of a block's steps: for one item, or the root's only one. Positions are those of the block.
 *
 * @param path unique in the execution; the root's is empty
 * @param parent the path of the scope that it is inside of; null for the root
 * @param owner the step whose item it is for; null for the root
 * @param index of the item, from 0; 0 for the root
 * @param steps one of the letters of {@link Stage} for each member
 * @param links {@code ?} undecided, {@code A} active, {@code D} dead, for each link that is decided here
 * @param exports the same for each link that leads outside
 * @param progress of the blocks whose owners are members, as long as they are open
 */
public record ScopeState(
        String path,
        @Nullable String parent,
        @Nullable String owner,
        int index,
        String steps,
        String links,
        String exports,
        Map<String, Progress> progress) {

    public static final String ROOT = "";

    public ScopeState {
        progress = Map.copyOf(progress);
    }

    /**
     * How far an owner's items are.
     *
     * @param exports what of the links to outside is known so far: active as soon as it is for one item
     */
    public record Progress(int total, int opened, int done, String exports) {}

    /** Where a step is in its scope. */
    enum Stage {
        /** Links that lead to it are undecided. */
        WAITING('.'),
        /** It is to be run, or is running, or has failed and with it the execution. */
        STARTED('r'),
        /** Its items are known; its block waits for links from outside. */
        LISTED('o'),
        /** Its block is under way. */
        OPEN('b'),
        DONE('d'),
        FAILED('f'),
        SKIPPED('s');

        private final char letter;

        Stage(char letter) {
            this.letter = letter;
        }

        char letter() {
            return letter;
        }

        boolean isOver() {
            return this == DONE || this == FAILED || this == SKIPPED;
        }

        static Stage of(char letter) {
            // Asked for each step of a scope whenever something happens in it.
            return switch (letter) {
                case '.' -> WAITING;
                case 'r' -> STARTED;
                case 'o' -> LISTED;
                case 'b' -> OPEN;
                case 'd' -> DONE;
                case 'f' -> FAILED;
                case 's' -> SKIPPED;
                default -> throw new IllegalArgumentException("no stage is written as '%c'".formatted(letter));
            };
        }
    }
}
