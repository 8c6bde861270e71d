/** E-mail, through the operator's SMTP server. */
@NullMarked
package com.promptmanage.service.mail;

import org.jspecify.annotations.NullMarked;
