package com.promptmanage.ingest.otlp;

/** One request as it came, in either form. It can be walked through any number of times; each time costs no memory. */
interface Export {

    /** Is shown everything in its order. An exception of its own ends the walk. */
    interface Visitor {

        void span(Span span);

        void log(LogLine line);

        void metric(Metric metric);

        /**
         * What would be a record, but is not built as one.
         *
         * @param records how many an answer counts it as
         */
        void faulty(String why, long records);
    }

    /** @throws MalformedException as soon as the whole is not as it should be; what came before has been shown */
    void walk(Visitor visitor) throws MalformedException;
}
