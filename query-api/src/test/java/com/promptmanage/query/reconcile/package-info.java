@NullMarked
package com.promptmanage.query.reconcile;

import org.jspecify.annotations.NullMarked;
