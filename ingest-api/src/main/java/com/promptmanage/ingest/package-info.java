/** Turns requests into records: the service's settings, its list of routes, its start. */
@NullMarked
package com.promptmanage.ingest;

import org.jspecify.annotations.NullMarked;
