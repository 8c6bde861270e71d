/** Who may send, for whom, and how much. */
@NullMarked
package com.promptmanage.ingest.admission;

import org.jspecify.annotations.NullMarked;
