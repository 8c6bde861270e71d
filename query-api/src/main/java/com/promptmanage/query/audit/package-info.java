/** The audit log as owners and admins read it. */
@NullMarked
package com.promptmanage.query.audit;

import org.jspecify.annotations.NullMarked;
