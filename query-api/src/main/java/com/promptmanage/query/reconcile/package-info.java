/** The three places that hold what was spent, side by side: ledger, rated topic, history. */
@NullMarked
package com.promptmanage.query.reconcile;

import org.jspecify.annotations.NullMarked;
