/** Budgets as people set them, how far each is spent, and whether a call may still be paid for. */
@NullMarked
package com.promptmanage.query.budget;

import org.jspecify.annotations.NullMarked;
