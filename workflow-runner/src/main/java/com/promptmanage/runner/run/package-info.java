/**
 * What an execution does next, decided from what has been decided and what happened: no clock, no table, no network. Whoever
 * asks writes the answer down and carries it out.
 */
@NullMarked
package com.promptmanage.runner.run;

import org.jspecify.annotations.NullMarked;
