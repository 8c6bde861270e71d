/** What opens other people's doors: credentials of connectors and providers, and the secrets that workflows refer to. */
@NullMarked
package com.promptmanage.runner.secret;

import org.jspecify.annotations.NullMarked;
