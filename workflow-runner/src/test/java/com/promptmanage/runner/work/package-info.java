@NullMarked
package com.promptmanage.runner.work;

import org.jspecify.annotations.NullMarked;
