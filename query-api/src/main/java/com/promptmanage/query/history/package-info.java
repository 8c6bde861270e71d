/** Every usage event with its cost, in PostgreSQL: written from {@code usage.rated}, read by page and by breakdown. */
@NullMarked
package com.promptmanage.query.history;

import org.jspecify.annotations.NullMarked;
