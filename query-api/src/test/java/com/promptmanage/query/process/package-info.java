/** The query API as processes, beside a real broker and a real database. */
@NullMarked
package com.promptmanage.query.process;

import org.jspecify.annotations.NullMarked;
