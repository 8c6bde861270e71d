/** What the runner's tests share. */
@NullMarked
package com.promptmanage.runner;

import org.jspecify.annotations.NullMarked;
