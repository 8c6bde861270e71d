/** Which tier an account is in, as whoever runs the installation sets it. */
@NullMarked
package com.promptmanage.query.tier;

import org.jspecify.annotations.NullMarked;
