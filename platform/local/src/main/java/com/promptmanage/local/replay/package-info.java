/** Sends a trace of real LLM requests through the ingest API, as if they were made now. */
@NullMarked
package com.promptmanage.local.replay;

import org.jspecify.annotations.NullMarked;
