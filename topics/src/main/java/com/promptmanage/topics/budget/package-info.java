/** Budgets as they are defined: whose spend, how much, over which period, and when to warn. */
@NullMarked
package com.promptmanage.topics.budget;

import org.jspecify.annotations.NullMarked;
