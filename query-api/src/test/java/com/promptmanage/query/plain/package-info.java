@NullMarked
package com.promptmanage.query.plain;

import org.jspecify.annotations.NullMarked;
