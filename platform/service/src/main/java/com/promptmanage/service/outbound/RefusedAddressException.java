package com.promptmanage.service.outbound;

import java.io.IOException;

/** The address may not be reached. Its message is for whoever gave it, and does not tell the address. */
final class RefusedAddressException extends IOException {

    private static final long serialVersionUID = 1L;

    RefusedAddressException(String message) {
        super(message);
    }
}
