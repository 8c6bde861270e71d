/** What one LLM call used: disjoint token counts and what they belong to. */
@NullMarked
package com.promptmanage.topics.usage;

import org.jspecify.annotations.NullMarked;
