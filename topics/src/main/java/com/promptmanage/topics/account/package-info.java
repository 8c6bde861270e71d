/** The account: the one key of every topic. */
@NullMarked
package com.promptmanage.topics.account;

import org.jspecify.annotations.NullMarked;
