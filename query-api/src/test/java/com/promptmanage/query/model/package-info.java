@NullMarked
package com.promptmanage.query.model;

import org.jspecify.annotations.NullMarked;
