/** The audit log: what people and programs changed, written in the transaction that changes it. */
@NullMarked
package com.promptmanage.service.audit;

import org.jspecify.annotations.NullMarked;
