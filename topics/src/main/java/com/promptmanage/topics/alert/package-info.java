/** What is told when a budget's threshold is crossed. */
@NullMarked
package com.promptmanage.topics.alert;

import org.jspecify.annotations.NullMarked;
