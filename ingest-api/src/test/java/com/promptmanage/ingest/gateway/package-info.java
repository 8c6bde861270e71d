@NullMarked
package com.promptmanage.ingest.gateway;

import org.jspecify.annotations.NullMarked;
