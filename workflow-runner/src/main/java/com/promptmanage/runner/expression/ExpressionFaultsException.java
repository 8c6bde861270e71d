package com.promptmanage.runner.expression;

import java.util.List;

/** An expression that is not one. */
public final class ExpressionFaultsException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<ExpressionFault> faults;

    ExpressionFaultsException(List<ExpressionFault> faults) {
        super(faults.getFirst().detail(), null, false, false);
        this.faults = List.copyOf(faults);
    }

    ExpressionFaultsException(int offset, String detail, String remedy) {
        this(List.of(new ExpressionFault(offset, detail, remedy)));
    }

    /** At least one. */
    public List<ExpressionFault> faults() {
        return faults;
    }
}
