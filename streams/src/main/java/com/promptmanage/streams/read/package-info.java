/** What may be asked of the stream's state, and in which terms it answers. */
@NullMarked
package com.promptmanage.streams.read;

import org.jspecify.annotations.NullMarked;
