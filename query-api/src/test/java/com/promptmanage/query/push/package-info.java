@NullMarked
package com.promptmanage.query.push;

import org.jspecify.annotations.NullMarked;
