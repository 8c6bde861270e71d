package com.promptmanage.service.access;

import org.jdbi.v3.core.Handle;

/** Who has more to do when someone has proved to read an address. */
@FunctionalInterface
public interface Welcome {

    /** @param handle of the transaction that notes it, which may work with every account */
    void verified(Handle handle, String userId, String email);
}
