/** What brings executions about by itself: the clock, other systems' calls, events, and the end of the one before. */
@NullMarked
package com.promptmanage.runner.trigger;

import org.jspecify.annotations.NullMarked;
