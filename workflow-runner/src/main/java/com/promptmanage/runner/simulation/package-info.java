/** Executions that nobody asked for and no model answered, so that there is something to see. Marked as simulated. */
@NullMarked
package com.promptmanage.runner.simulation;

import org.jspecify.annotations.NullMarked;
