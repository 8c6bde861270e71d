/** The query API as its callers see it: over HTTP, with a real database, and a stream that is a list. */
@NullMarked
package com.promptmanage.query.http;

import org.jspecify.annotations.NullMarked;
