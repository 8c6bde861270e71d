package com.promptmanage.ingest.langfuse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/**
 * One thing that a request tells.
 *
 * @param body the members of it that are read here
 * @param at the sender's time
 * @param isUpdate whether it changes what was told before: of two of one time, it is the later one
 */
record Told(ObjectKey key, ObjectNode body, Instant at, boolean isUpdate) {}
