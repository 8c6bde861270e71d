/** What models cost: effective-dated prices, and the catalogue that the product comes with. */
@NullMarked
package com.promptmanage.topics.pricing;

import org.jspecify.annotations.NullMarked;
