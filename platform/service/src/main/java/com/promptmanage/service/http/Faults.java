package com.promptmanage.service.http;

import java.util.ArrayList;
import java.util.List;

/** Gathers everything wrong with a request, so that its sender mends it once. Not safe for use by several threads. */
public final class Faults {

    private final List<Fault> faults = new ArrayList<>();

    public void add(String field, String detail, String remedy) {
        faults.add(new Fault(field, detail, remedy));
    }

    public void add(Fault fault) {
        faults.add(fault);
    }

    public void addAll(List<Fault> others) {
        faults.addAll(others);
    }

    public int count() {
        return faults.size();
    }

    public boolean isEmpty() {
        return faults.isEmpty();
    }

    public List<Fault> list() {
        return List.copyOf(faults);
    }

    /**
     * Ends the checking.
     *
     * @throws ProblemException as {@code invalid_request} with every fault, if there is one
     */
    public void check() {
        if (!faults.isEmpty()) {
            throw ProblemException.invalid(faults);
        }
    }
}
