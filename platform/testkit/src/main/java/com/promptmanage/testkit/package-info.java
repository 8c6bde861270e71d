/** A Kafka broker and a PostgreSQL server that a test, or a person's first try, can start in a second; and a test's small tools. */
@NullMarked
package com.promptmanage.testkit;

import org.jspecify.annotations.NullMarked;
