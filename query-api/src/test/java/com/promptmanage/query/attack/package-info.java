/** What strangers, guessers and noise get from every route. */
@NullMarked
package com.promptmanage.query.attack;

import org.jspecify.annotations.NullMarked;
