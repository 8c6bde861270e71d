/** What the programs of {@code bin/} have in common: their arguments, and the file that tells where the system is. */
@NullMarked
package com.promptmanage.local.command;

import org.jspecify.annotations.NullMarked;
