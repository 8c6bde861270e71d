/** What the files that describe the services as containers promise. */
@NullMarked
package com.promptmanage.local.compose;

import org.jspecify.annotations.NullMarked;
