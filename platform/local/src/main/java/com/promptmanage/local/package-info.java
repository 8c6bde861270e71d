/** The whole product in one process: for a first look, for development, for end-to-end tests. */
@NullMarked
package com.promptmanage.local;

import org.jspecify.annotations.NullMarked;
