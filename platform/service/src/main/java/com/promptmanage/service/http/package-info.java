/** How our HTTP looks: routes, one JSON form, bodies with a limit, failures as RFC 9457 problems. */
@NullMarked
package com.promptmanage.service.http;

import org.jspecify.annotations.NullMarked;
