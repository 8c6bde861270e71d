@NullMarked
package com.promptmanage.query.usage;

import org.jspecify.annotations.NullMarked;
