/** Files that are written while they are read, so that their length costs no memory. */
@NullMarked
package com.promptmanage.service.export;

import org.jspecify.annotations.NullMarked;
