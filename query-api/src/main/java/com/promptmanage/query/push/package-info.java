/** Server-sent events: what happens is written to a reader until one of the two goes away. */
@NullMarked
package com.promptmanage.query.push;

import org.jspecify.annotations.NullMarked;
