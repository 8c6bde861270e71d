/** What an account's tier holds, where the operator enforces tiers; everything, where not. */
@NullMarked
package com.promptmanage.service.tier;

import org.jspecify.annotations.NullMarked;
