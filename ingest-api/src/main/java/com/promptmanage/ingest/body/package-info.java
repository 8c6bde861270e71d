/** Bodies of requests as JSON objects, one at a time. */
@NullMarked
package com.promptmanage.ingest.body;

import org.jspecify.annotations.NullMarked;
