/** Budget alerts for people: listed, acknowledged, and streamed as they are raised. */
@NullMarked
package com.promptmanage.query.alert;

import org.jspecify.annotations.NullMarked;
