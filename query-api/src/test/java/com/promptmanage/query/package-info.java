@NullMarked
package com.promptmanage.query;

import org.jspecify.annotations.NullMarked;
