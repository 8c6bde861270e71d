@NullMarked
package com.promptmanage.runner.journal;

import org.jspecify.annotations.NullMarked;
