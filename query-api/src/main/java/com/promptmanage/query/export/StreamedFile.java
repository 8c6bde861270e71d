package com.promptmanage.query.export;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** A stream for a library that writes files: nothing of it is ever read or written again. */
final class StreamedFile implements OutputFile {

    private final OutputStream output;

    StreamedFile(OutputStream output) {
        this.output = output;
    }

    @Override
    public PositionOutputStream create(long blockSizeHint) {
        return new Counted(output);
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) {
        return create(blockSizeHint);
    }

    @Override
    public boolean supportsBlockSize() {
        return false;
    }

    @Override
    public long defaultBlockSize() {
        return 0;
    }

    private static final class Counted extends PositionOutputStream {

        private final OutputStream output;

        private long written;

        Counted(OutputStream output) {
            this.output = output;
        }

        @Override
        public long getPos() {
            return written;
        }

        @Override
        public void write(int one) throws IOException {
            output.write(one);
            written++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            output.write(bytes, from, length);
            written += length;
        }

        @Override
        public void flush() throws IOException {
            output.flush();
        }

        @Override
        public void close() throws IOException {
            // The answer is the server's to close.
            output.flush();
        }
    }
}
