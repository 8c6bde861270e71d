package com.promptmanage.runner.template;

import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.DefinitionFault;
import java.util.List;

/** What became of a deployment. */
public sealed interface Deployed {

    /**
     * A definition without errors.
     *
     * @param warnings for who is going to use it
     */
    record Ready(String name, String description, Definition definition, List<DefinitionFault> warnings)
            implements Deployed {}

    /**
     * Nothing: everything wrong with what was asked for.
     *
     * @param faults at least one
     */
    record Refused(List<Fault> faults) implements Deployed {}

    /** @param field of the request, or of the definition that would have come of it */
    record Fault(String field, String detail, String remedy) {}
}
