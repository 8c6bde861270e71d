/** From a call's token counts to what it cost, exactly, at the price in force when it was made. */
@NullMarked
package com.promptmanage.streams.pricing;

import org.jspecify.annotations.NullMarked;
