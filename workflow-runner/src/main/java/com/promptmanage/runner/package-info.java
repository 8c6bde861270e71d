/** The workflow runner's process: what it needs, what it serves, how it starts and ends. */
@NullMarked
package com.promptmanage.runner;

import org.jspecify.annotations.NullMarked;
