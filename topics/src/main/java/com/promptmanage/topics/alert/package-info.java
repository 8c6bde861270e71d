/** What people are told: that a budget's threshold is crossed, that a workflow failed. */
@NullMarked
package com.promptmanage.topics.alert;

import org.jspecify.annotations.NullMarked;
