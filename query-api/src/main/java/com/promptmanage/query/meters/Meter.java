package com.promptmanage.query.meters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What can be asked for sums. */
sealed interface Meter permits TokenMeter, PlainMeter {

    /** What it can be grouped and filtered by, besides its subject. */
    List<String> groupNames();

    /** As OpenMeter tells of it. */
    ObjectNode json();
}
