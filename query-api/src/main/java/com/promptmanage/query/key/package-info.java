/** API keys as people make, see and revoke them. */
@NullMarked
package com.promptmanage.query.key;

import org.jspecify.annotations.NullMarked;
