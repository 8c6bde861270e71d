/** Puts events onto {@code usage.events}, and answers only when the broker has them. */
@NullMarked
package com.promptmanage.ingest.publish;

import org.jspecify.annotations.NullMarked;
