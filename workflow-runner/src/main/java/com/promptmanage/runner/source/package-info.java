/** Data sources: places that an account has connected, and the copies of their records that are kept here. */
@NullMarked
package com.promptmanage.runner.source;

import org.jspecify.annotations.NullMarked;
