/** The prices that an account has agreed for itself, and how they reach the metering. */
@NullMarked
package com.promptmanage.query.price;

import org.jspecify.annotations.NullMarked;
