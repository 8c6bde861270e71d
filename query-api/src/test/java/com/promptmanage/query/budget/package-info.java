@NullMarked
package com.promptmanage.query.budget;

import org.jspecify.annotations.NullMarked;
