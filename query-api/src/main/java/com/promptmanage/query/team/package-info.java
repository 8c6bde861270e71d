/** Teams, who is in them, and who is invited. */
@NullMarked
package com.promptmanage.query.team;

import org.jspecify.annotations.NullMarked;
