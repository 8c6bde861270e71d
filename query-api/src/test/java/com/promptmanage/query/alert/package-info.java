@NullMarked
package com.promptmanage.query.alert;

import org.jspecify.annotations.NullMarked;
