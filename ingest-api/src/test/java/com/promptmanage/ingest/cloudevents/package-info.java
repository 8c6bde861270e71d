@NullMarked
package com.promptmanage.ingest.cloudevents;

import org.jspecify.annotations.NullMarked;
