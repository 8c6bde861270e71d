@NullMarked
package com.promptmanage.query.notify;

import org.jspecify.annotations.NullMarked;
