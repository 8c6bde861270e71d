/** How alerts reach people: channels, who wants what and when, and deliveries that are tried until they arrive. */
@NullMarked
package com.promptmanage.query.notify;

import org.jspecify.annotations.NullMarked;
