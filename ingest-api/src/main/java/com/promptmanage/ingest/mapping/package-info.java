/** What a key says of the attributes that are sent with it. */
@NullMarked
package com.promptmanage.ingest.mapping;

import org.jspecify.annotations.NullMarked;
