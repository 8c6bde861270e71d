/** Langfuse's own ingestion, as its SDKs of version 2 and 3 speak it: traces and calls that are told bit by bit. */
@NullMarked
package com.promptmanage.ingest.langfuse;

import org.jspecify.annotations.NullMarked;
