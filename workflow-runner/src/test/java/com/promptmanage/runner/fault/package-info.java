@NullMarked
package com.promptmanage.runner.fault;

import org.jspecify.annotations.NullMarked;
