/** Exact money: integers in nano-US-dollars. */
@NullMarked
package com.promptmanage.topics.money;

import org.jspecify.annotations.NullMarked;
