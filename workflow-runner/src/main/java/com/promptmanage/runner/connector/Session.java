package com.promptmanage.runner.connector;

import java.util.List;

/**
 * An open connector. Used by one thread. What a connector is not {@linkplain ConnectorType.Ability able} to do is refused with a
 * {@link ConnectorException}.
 */
public interface Session extends AutoCloseable {

    /**
     * Tries it out without changing anything.
     *
     * @return for people: what was found
     */
    String test() throws ConnectorException, InterruptedException;

    /** What can be read or written in it: tabs, tables, databases. */
    default List<Resource> resources() throws ConnectorException, InterruptedException {
        throw unable("has nothing to list");
    }

    /** The columns of a resource. */
    default List<Column> schema(String resource) throws ConnectorException, InterruptedException {
        throw unable("does not know its columns");
    }

    /** One page. Give its {@code nextCursor} to get the next. */
    default Page read(ReadRequest request) throws ConnectorException, InterruptedException {
        throw unable("cannot be read");
    }

    default Written write(WriteRequest request) throws ConnectorException, InterruptedException {
        throw unable("cannot be written to");
    }

    @Override
    default void close() {
        // Most hold nothing open.
    }

    private static ConnectorException unable(String what) {
        return new ConnectorException(com.promptmanage.runner.call.Failure.Kind.PERMANENT, "this connector " + what);
    }
}
