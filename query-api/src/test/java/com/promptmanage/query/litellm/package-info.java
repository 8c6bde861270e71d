@NullMarked
package com.promptmanage.query.litellm;

import org.jspecify.annotations.NullMarked;
