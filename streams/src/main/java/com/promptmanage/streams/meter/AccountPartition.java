package com.promptmanage.streams.meter;

import org.apache.kafka.common.utils.Utils;

/** Where an account is: on the partition that Kafka's own producers choose for its key. */
public final class AccountPartition {

    private AccountPartition() {}

    /**
     * @param account the key of its records
     * @param partitions how many the accounts are spread over
     */
    public static int of(byte[] account, int partitions) {
        return Utils.toPositive(Utils.murmur2(account)) % partitions;
    }
}
