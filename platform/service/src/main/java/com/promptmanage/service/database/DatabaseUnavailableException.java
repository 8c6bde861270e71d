package com.promptmanage.service.database;

import com.promptmanage.service.http.UnavailableException;
import java.time.Duration;

/** No connection, or none in time; or the server ended the statement. The work may or may not have been committed. */
public final class DatabaseUnavailableException extends UnavailableException {

    private static final long serialVersionUID = 1L;

    DatabaseUnavailableException(Throwable cause) {
        super("The database does not answer just now; try again.", Duration.ofSeconds(2), cause);
    }
}
