package com.promptmanage.query;

import java.time.Duration;

/**
 * What an operator sets for this process.
 *
 * @param port where HTTP is served; 0 takes any free one
 * @param receiptWaitMax how long a query that carries a receipt waits for the state to include it
 * @param forwardTimeout how long another process may take to answer a forwarded query
 */
public record QuerySettings(int port, Duration receiptWaitMax, Duration forwardTimeout) {

    public static final QuerySettings DEFAULTS = new QuerySettings(8080, Duration.ofSeconds(2), Duration.ofSeconds(10));
}
