/** Answers from the stores: the reading side of the state. */
@NullMarked
package com.promptmanage.streams.answer;

import org.jspecify.annotations.NullMarked;
