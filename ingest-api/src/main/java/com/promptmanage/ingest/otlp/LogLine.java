package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What of a log record is of interest here.
 *
 * @param event what kind of record it is: its event's name, else its body, if that is a text; empty if neither
 * @param timeNanos since 1970, unsigned: when it happened, else when it was noticed; 0 if neither is told
 * @param attributes those that are known, by name
 * @param resource the attributes of what wrote the record, shared with its other records: not to be changed
 */
record LogLine(String event, long timeNanos, ObjectNode attributes, ObjectNode resource) {}
