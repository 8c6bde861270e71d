/** What operators and developers look at: health, metrics, the API's description. */
@NullMarked
package com.promptmanage.service.operations;

import org.jspecify.annotations.NullMarked;
