@NullMarked
package com.promptmanage.query.report;

import org.jspecify.annotations.NullMarked;
