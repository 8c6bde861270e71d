/** PostgreSQL: the pool, the migrations, and transactions that see only what their caller may. */
@NullMarked
package com.promptmanage.service.database;

import org.jspecify.annotations.NullMarked;
