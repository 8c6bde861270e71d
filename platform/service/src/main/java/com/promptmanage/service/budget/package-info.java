/** Asks the budgets, over the product's own HTTP API, whether a call may be paid for, beside those that are under way. */
@NullMarked
package com.promptmanage.service.budget;

import org.jspecify.annotations.NullMarked;
