/** Lines of a table, as spreadsheets read them. */
@NullMarked
package com.promptmanage.query.csv;

import org.jspecify.annotations.NullMarked;
