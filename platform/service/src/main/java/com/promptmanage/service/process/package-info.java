/** What every process of the product does alike, from its start. */
@NullMarked
package com.promptmanage.service.process;

import org.jspecify.annotations.NullMarked;
