/** From a topic into tables, each record once: rows and offsets move on in one transaction. */
@NullMarked
package com.promptmanage.query.copy;

import org.jspecify.annotations.NullMarked;
