/** What was spent: totals, shares, trends and the period before, from the ledger. */
@NullMarked
package com.promptmanage.query.usage;

import org.jspecify.annotations.NullMarked;
