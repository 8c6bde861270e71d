@NullMarked
package com.promptmanage.runner;

import org.jspecify.annotations.NullMarked;
