/** What must hold when processes die in the middle of their work. */
@NullMarked
package com.promptmanage.local.fault;

import org.jspecify.annotations.NullMarked;
