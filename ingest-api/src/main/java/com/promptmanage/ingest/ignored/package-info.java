/** Usage that was sent and deliberately not counted, and why: so that nobody has to guess whether it was lost. */
@NullMarked
package com.promptmanage.ingest.ignored;

import org.jspecify.annotations.NullMarked;
