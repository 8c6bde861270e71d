/**
 * Executions in PostgreSQL: what is running, what has run, what is known of calls to the outside. Every change of an
 * execution is one transaction that holds the lock of its row, writes what has become true, what follows from it, and the
 * events that tell of it.
 */
@NullMarked
package com.promptmanage.runner.journal;

import org.jspecify.annotations.NullMarked;
