@NullMarked
package com.promptmanage.query.team;

import org.jspecify.annotations.NullMarked;
