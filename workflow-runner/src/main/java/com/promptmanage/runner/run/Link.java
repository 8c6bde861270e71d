package com.promptmanage.runner.run;

/**
 * An edge: when the step it comes from is over, the link is active or dead, and the step it leads to runs once all that lead
 * there are decided, if at least one is active.
 *
 * @param when for which outcome of the step it comes from it is active
 */
public record Link(String id, String from, String to, When when) {

    /** The outcomes that links tell apart. */
    public enum When {
        /** It succeeded, whatever branch it chose. */
        SUCCESS,
        /** It is a condition that holds. */
        TRUE,
        /** It is a condition that does not hold. */
        FALSE,
        /** It failed for good. */
        ERROR
    }

    public static Link of(String id, String from, String to) {
        return new Link(id, from, to, When.SUCCESS);
    }
}
