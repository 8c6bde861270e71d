/** OpenTelemetry's own protocol over HTTP: spans and log records that tell of LLM calls, whoever's convention they speak. */
@NullMarked
package com.promptmanage.ingest.otlp;

import org.jspecify.annotations.NullMarked;
