@NullMarked
package com.promptmanage.query.meters;

import org.jspecify.annotations.NullMarked;
