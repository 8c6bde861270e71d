@NullMarked
package com.promptmanage.ingest.ignored;

import org.jspecify.annotations.NullMarked;
