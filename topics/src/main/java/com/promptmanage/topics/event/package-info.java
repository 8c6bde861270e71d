/** The envelope of every record on a public topic: CloudEvents 1.0 in structured JSON. */
@NullMarked
package com.promptmanage.topics.event;

import org.jspecify.annotations.NullMarked;
