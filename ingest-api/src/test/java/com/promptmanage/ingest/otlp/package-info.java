@NullMarked
package com.promptmanage.ingest.otlp;

import org.jspecify.annotations.NullMarked;
