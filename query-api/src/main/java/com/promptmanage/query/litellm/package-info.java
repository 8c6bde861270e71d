/** What LiteLLM's proxy answers about spend, answered from our history: for programs that ask it. */
@NullMarked
package com.promptmanage.query.litellm;

import org.jspecify.annotations.NullMarked;
