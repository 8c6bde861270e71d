@NullMarked
package com.promptmanage.query.export;

import org.jspecify.annotations.NullMarked;
