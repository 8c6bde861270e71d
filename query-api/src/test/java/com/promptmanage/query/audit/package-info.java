@NullMarked
package com.promptmanage.query.audit;

import org.jspecify.annotations.NullMarked;
