/** What LiteLLM's proxy sends of its own accord: its log of each call. */
@NullMarked
package com.promptmanage.ingest.litellm;

import org.jspecify.annotations.NullMarked;
