/** What requests about an account's own things have in common. */
@NullMarked
package com.promptmanage.runner.request;

import org.jspecify.annotations.NullMarked;
