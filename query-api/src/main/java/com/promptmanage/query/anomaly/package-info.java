/** Hours in which far more was spent than is usual: found by the account's own history, and told once. */
@NullMarked
package com.promptmanage.query.anomaly;

import org.jspecify.annotations.NullMarked;
