/** The metering's read side without a stream: for tests of what asks it. */
@NullMarked
package com.promptmanage.query.metering;

import org.jspecify.annotations.NullMarked;
