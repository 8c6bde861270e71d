/** The web dashboard, as a browser loads it. */
@NullMarked
package com.promptmanage.query.dashboard;

import org.jspecify.annotations.NullMarked;
