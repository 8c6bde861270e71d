/**
 * Workers: take nodes that are due, have them do what they do, and bring the results to the journal. Nothing here holds a
 * database connection while it waits for a model or another service.
 */
@NullMarked
package com.promptmanage.runner.work;

import org.jspecify.annotations.NullMarked;
