/** What workflow executions have come to, for whoever may see an account's usage. */
@NullMarked
package com.promptmanage.query.execution;

import org.jspecify.annotations.NullMarked;
