@NullMarked
package com.promptmanage.ingest.admission;

import org.jspecify.annotations.NullMarked;
