/** OpenMeter's read side: meters over our history, and what a budget leaves a subject. */
@NullMarked
package com.promptmanage.query.meters;

import org.jspecify.annotations.NullMarked;
