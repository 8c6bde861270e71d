@NullMarked
package com.promptmanage.ingest.publish;

import org.jspecify.annotations.NullMarked;
