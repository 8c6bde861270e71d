/** Calls to addresses that users give: the one way out, which does not lead inside. */
@NullMarked
package com.promptmanage.service.outbound;

import org.jspecify.annotations.NullMarked;
