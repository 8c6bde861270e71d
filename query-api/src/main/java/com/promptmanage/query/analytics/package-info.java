/** What a team spends: its members, its models, its budgets, and how it went on. */
@NullMarked
package com.promptmanage.query.analytics;

import org.jspecify.annotations.NullMarked;
