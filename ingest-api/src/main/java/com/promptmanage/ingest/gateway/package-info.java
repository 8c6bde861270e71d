/** The way through to providers: calls pass here unchanged, are checked against the budgets before, and counted after. */
@NullMarked
package com.promptmanage.ingest.gateway;

import org.jspecify.annotations.NullMarked;
