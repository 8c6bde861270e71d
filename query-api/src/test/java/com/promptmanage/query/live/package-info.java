@NullMarked
package com.promptmanage.query.live;

import org.jspecify.annotations.NullMarked;
