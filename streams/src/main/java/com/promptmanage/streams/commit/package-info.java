/** How state held on the heap reaches its store and changelog inside the commit, and not a moment later. */
@NullMarked
package com.promptmanage.streams.commit;

import org.jspecify.annotations.NullMarked;
