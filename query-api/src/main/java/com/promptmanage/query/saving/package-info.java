/** How an account could have spent less: what its ledger shows, in money that was spent. */
@NullMarked
package com.promptmanage.query.saving;

import org.jspecify.annotations.NullMarked;
