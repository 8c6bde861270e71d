/** A made-up team with traffic and budgets, so that a first look has something to see. */
@NullMarked
package com.promptmanage.local.demo;

import org.jspecify.annotations.NullMarked;
