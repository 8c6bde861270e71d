/** How a call to something outside ends: with an answer, and what it used, or with a failure of a class that says what next. */
@NullMarked
package com.promptmanage.runner.call;

import org.jspecify.annotations.NullMarked;
