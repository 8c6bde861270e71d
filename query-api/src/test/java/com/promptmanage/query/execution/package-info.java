@NullMarked
package com.promptmanage.query.execution;

import org.jspecify.annotations.NullMarked;
