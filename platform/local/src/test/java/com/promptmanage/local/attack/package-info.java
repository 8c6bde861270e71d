/** What one tenant, a stranger and noise get from the whole system. */
@NullMarked
package com.promptmanage.local.attack;

import org.jspecify.annotations.NullMarked;
