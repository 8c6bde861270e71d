@NullMarked
package com.promptmanage.runner.run;

import org.jspecify.annotations.NullMarked;
