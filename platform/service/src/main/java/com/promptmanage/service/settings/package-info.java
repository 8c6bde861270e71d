/** A process's settings, read once from its environment; every problem is told at once. */
@NullMarked
package com.promptmanage.service.settings;

import org.jspecify.annotations.NullMarked;
