@NullMarked
package com.promptmanage.ingest;

import org.jspecify.annotations.NullMarked;
