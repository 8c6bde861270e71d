/** The metering application: its topology, and how it is run. */
@NullMarked
package com.promptmanage.streams;

import org.jspecify.annotations.NullMarked;
