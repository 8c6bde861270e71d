/** Who is calling, and what they may do: people and their sessions, applications and their keys. */
@NullMarked
package com.promptmanage.service.access;

import org.jspecify.annotations.NullMarked;
