package com.promptmanage.ingest.otlp;

import com.promptmanage.ingest.admission.AttributeMapping;
import java.util.List;

/**
 * What an operator sets for OTLP and for what speaks like it.
 *
 * @param bodyBytesMax of one export, after inflation
 * @param attributes which attributes tell team, user and tags, before those that everybody uses
 */
public record OtlpSettings(long bodyBytesMax, AttributeMapping attributes) {

    /** As OTLP's own documents recommend. */
    public static final OtlpSettings DEFAULT = new OtlpSettings(64L << 20, AttributeMapping.parse(List.of()));
}
