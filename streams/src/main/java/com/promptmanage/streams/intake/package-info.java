/** From bytes on a topic to an event that is new, or to the reason why it is not counted. */
@NullMarked
package com.promptmanage.streams.intake;

import org.jspecify.annotations.NullMarked;
