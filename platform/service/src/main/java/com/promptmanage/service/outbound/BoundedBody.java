package com.promptmanage.service.outbound;

import com.promptmanage.service.outbound.OutboundException.Failure;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.io.Closer;

/** A response's body, of which no more is read than may be, and no longer than the call's time. */
final class BoundedBody extends InputStream {

    private final InputStream content;

    private final ClassicHttpResponse response;

    private final Deadline deadline;

    private final int bytesMax;

    private long read;

    private boolean ended;

    BoundedBody(InputStream content, ClassicHttpResponse response, Deadline deadline, int bytesMax) {
        this.content = content;
        this.response = response;
        this.deadline = deadline;
        this.bytesMax = bytesMax;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int count;
        try {
            count = content.read(into, offset, length);
        } catch (IOException e) {
            throw Failures.of(e, deadline);
        }
        if (deadline.isOver()) {
            throw Failures.timedOut(deadline, null);
        }
        ended = count < 0;
        read += Math.max(count, 0);
        if (read > bytesMax) {
            throw new OutboundException(
                    Failure.RESPONSE_TOO_LARGE, "the answer is larger than %,d bytes".formatted(bytesMax), null);
        }
        return count;
    }

    /** Closes the connection, unless the body was read to its end: then it is already free for the next call. */
    @Override
    public void close() {
        deadline.dismiss();
        abandon();
    }

    void abandon() {
        if (!ended) {
            // To close it alone would read on to the end, which may never come.
            deadline.cancelRunning();
        }
        Closer.closeQuietly(response);
    }
}
