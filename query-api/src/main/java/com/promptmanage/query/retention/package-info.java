/** What becomes of records in the database that are older than they are kept. */
@NullMarked
package com.promptmanage.query.retention;

import org.jspecify.annotations.NullMarked;
