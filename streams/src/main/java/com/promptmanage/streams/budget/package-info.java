/** Which thresholds of a budget a change of spend reaches. Knows neither Kafka nor stores. */
@NullMarked
package com.promptmanage.streams.budget;

import org.jspecify.annotations.NullMarked;
