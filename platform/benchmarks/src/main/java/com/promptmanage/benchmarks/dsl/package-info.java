/** The metering as one would write it in the Kafka Streams DSL, to be compared with. */
@NullMarked
package com.promptmanage.benchmarks.dsl;

import org.jspecify.annotations.NullMarked;
