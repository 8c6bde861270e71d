@NullMarked
package com.promptmanage.runner.http;

import org.jspecify.annotations.NullMarked;
