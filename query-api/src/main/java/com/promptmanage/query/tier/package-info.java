/** Which tier an account is in, as whoever runs the installation sets it, and how far back it sees its usage. */
@NullMarked
package com.promptmanage.query.tier;

import org.jspecify.annotations.NullMarked;
