/** The one processor: takes each event through the steps from bytes to spend, budgets and alerts. */
@NullMarked
package com.promptmanage.streams.meter;

import org.jspecify.annotations.NullMarked;
