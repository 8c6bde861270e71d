/** The topics that every part of the product agrees on, and how they are created. */
@NullMarked
package com.promptmanage.topics;

import org.jspecify.annotations.NullMarked;
