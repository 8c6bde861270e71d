@NullMarked
package com.promptmanage.query.history;

import org.jspecify.annotations.NullMarked;
