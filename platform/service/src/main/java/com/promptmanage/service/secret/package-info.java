/** Secrets that must be read again, such as a webhook's key: encrypted at rest. */
@NullMarked
package com.promptmanage.service.secret;

import org.jspecify.annotations.NullMarked;
