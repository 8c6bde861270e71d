/** The history as a file: written while it is read, so that its length costs no memory. */
@NullMarked
package com.promptmanage.query.export;

import org.jspecify.annotations.NullMarked;
