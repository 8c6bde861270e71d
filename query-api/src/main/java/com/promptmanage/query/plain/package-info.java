/** Keeps events of types that are not ours: {@code events.plain} into the table {@code plain_events}, each event once. */
@NullMarked
package com.promptmanage.query.plain;

import org.jspecify.annotations.NullMarked;
