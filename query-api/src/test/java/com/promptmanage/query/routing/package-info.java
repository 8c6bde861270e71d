@NullMarked
package com.promptmanage.query.routing;

import org.jspecify.annotations.NullMarked;
