/** Adds up what workflow executions come to, exactly once, whatever the order in which it is told. */
@NullMarked
package com.promptmanage.streams.execution;

import org.jspecify.annotations.NullMarked;
