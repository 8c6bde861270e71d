/** An account's running totals, told as the metering commits them. */
@NullMarked
package com.promptmanage.query.live;

import org.jspecify.annotations.NullMarked;
