/** How many tokens a text is, before a model has been asked. */
@NullMarked
package com.promptmanage.service.token;

import org.jspecify.annotations.NullMarked;
