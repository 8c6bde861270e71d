/** The account's rows: what was used and spent, by dimension and time, combined on the heap and written at each commit. */
@NullMarked
package com.promptmanage.streams.ledger;

import org.jspecify.annotations.NullMarked;
