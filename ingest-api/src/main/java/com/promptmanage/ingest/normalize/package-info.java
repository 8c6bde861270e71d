/** Token counts in each producer's own convention, made disjoint; and the rest of what an event says of a call. */
@NullMarked
package com.promptmanage.ingest.normalize;

import org.jspecify.annotations.NullMarked;
