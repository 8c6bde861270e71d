/** Which process answers for an account, and from state that is new enough. */
@NullMarked
package com.promptmanage.query.routing;

import org.jspecify.annotations.NullMarked;
