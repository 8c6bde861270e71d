/** The process that answers: its settings, and the list of its routes. */
@NullMarked
package com.promptmanage.query;

import org.jspecify.annotations.NullMarked;
