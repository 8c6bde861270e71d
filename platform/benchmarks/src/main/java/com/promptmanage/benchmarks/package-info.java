/** Programs that measure: each prints what it found, and under which load. */
@NullMarked
package com.promptmanage.benchmarks;

import org.jspecify.annotations.NullMarked;
