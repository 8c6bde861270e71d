@NullMarked
package com.promptmanage.query.saving;

import org.jspecify.annotations.NullMarked;
