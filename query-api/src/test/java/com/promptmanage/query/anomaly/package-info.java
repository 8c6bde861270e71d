@NullMarked
package com.promptmanage.query.anomaly;

import org.jspecify.annotations.NullMarked;
