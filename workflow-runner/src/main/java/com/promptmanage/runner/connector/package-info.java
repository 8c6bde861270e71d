/**
 * Where records come from and go to. A {@link com.promptmanage.runner.connector.Connector} is one kind of such a place, a {@link
 * com.promptmanage.runner.connector.Session} an open one; both are the same for a file, an API, a database and a spreadsheet.
 */
@NullMarked
package com.promptmanage.runner.connector;

import org.jspecify.annotations.NullMarked;
