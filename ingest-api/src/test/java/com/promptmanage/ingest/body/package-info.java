@NullMarked
package com.promptmanage.ingest.body;

import org.jspecify.annotations.NullMarked;
