/** {@code POST /api/v1/events}: CloudEvents, one or many, as any CloudEvents client sends them. */
@NullMarked
package com.promptmanage.ingest.cloudevents;

import org.jspecify.annotations.NullMarked;
