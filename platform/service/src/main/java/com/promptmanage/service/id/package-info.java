/** Where ids come from. */
@NullMarked
package com.promptmanage.service.id;

import org.jspecify.annotations.NullMarked;
