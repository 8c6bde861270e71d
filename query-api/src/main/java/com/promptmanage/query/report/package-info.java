/** Reports of what an account spent, as mail on a schedule: each period once. */
@NullMarked
package com.promptmanage.query.report;

import org.jspecify.annotations.NullMarked;
