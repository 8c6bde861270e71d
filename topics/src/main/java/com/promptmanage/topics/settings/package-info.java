/** What follows an account into the metering: its zone, its tags, its own prices. */
@NullMarked
package com.promptmanage.topics.settings;

import org.jspecify.annotations.NullMarked;
