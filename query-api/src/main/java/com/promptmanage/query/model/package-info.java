/** Models, their prices, and what a prompt would cost before it is sent. */
@NullMarked
package com.promptmanage.query.model;

import org.jspecify.annotations.NullMarked;
