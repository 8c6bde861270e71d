/** Records for Kafka that are written in the same transaction as the change they tell of. */
@NullMarked
package com.promptmanage.service.outbox;

import org.jspecify.annotations.NullMarked;
