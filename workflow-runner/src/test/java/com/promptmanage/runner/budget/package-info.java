@NullMarked
package com.promptmanage.runner.budget;

import org.jspecify.annotations.NullMarked;
