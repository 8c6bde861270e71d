@NullMarked
package com.promptmanage.runner.trigger;

import org.jspecify.annotations.NullMarked;
