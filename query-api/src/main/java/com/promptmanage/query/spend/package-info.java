/** How amounts are shown next to each other: shares of a whole, averages, and what a period is heading for. */
@NullMarked
package com.promptmanage.query.spend;

import org.jspecify.annotations.NullMarked;
