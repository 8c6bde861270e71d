@NullMarked
package com.promptmanage.query.spend;

import org.jspecify.annotations.NullMarked;
