package com.promptmanage.query.alert;

/** An alert at its place on {@code budget.alerts}. */
record FeedItem(int partition, long offset, AlertRecord alert) {}
