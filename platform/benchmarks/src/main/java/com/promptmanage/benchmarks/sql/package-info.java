/** The metering as a function in PostgreSQL, to be compared with. */
@NullMarked
package com.promptmanage.benchmarks.sql;

import org.jspecify.annotations.NullMarked;
