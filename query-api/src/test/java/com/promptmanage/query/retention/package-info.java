@org.jspecify.annotations.NullMarked
package com.promptmanage.query.retention;
