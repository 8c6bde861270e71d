@NullMarked
package com.promptmanage.ingest.normalize;

import org.jspecify.annotations.NullMarked;
