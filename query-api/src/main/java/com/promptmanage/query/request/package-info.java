/** Requests as they come in: read field by field, so that everything wrong with one is told at once. */
@NullMarked
package com.promptmanage.query.request;

import org.jspecify.annotations.NullMarked;
