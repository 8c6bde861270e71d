/** {@code POST /api/token-tracking/log}: one call, told in the fewest words. */
@NullMarked
package com.promptmanage.ingest.log;

import org.jspecify.annotations.NullMarked;
