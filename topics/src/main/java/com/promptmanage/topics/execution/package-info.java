/** What workflow executions and their nodes report while they run. */
@NullMarked
package com.promptmanage.topics.execution;

import org.jspecify.annotations.NullMarked;
