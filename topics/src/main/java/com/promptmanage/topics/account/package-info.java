/** The account: the one key of every topic, and the settings that follow it. */
@NullMarked
package com.promptmanage.topics.account;

import org.jspecify.annotations.NullMarked;
