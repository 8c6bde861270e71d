package com.promptmanage.service.http;

import com.promptmanage.service.http.Problem.Kind;
import io.javalin.http.Context;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The body of a request, inflated if it came as gzip. What counts against the limit is what comes out, and no more than
 * the limit is ever inflated, so a small body cannot fill the memory.
 *
 * <p>Handlers read bodies only through this class.
 */
public final class RequestBody {

    private static final Logger LOGGER = LoggerFactory.getLogger(RequestBody.class);

    private static final int CHUNK_BYTES = 8192;

    private static final int PIECE_BYTES = 64 << 10;

    private static final long IGNORED_BYTES_MAX = 64 << 10;

    static final String LIMIT_ATTRIBUTE = "promptmanage.bodyBytesMax";

    static final String DISCARD_ATTRIBUTE = "promptmanage.discardMax";

    private RequestBody() {}

    /**
     * @throws ProblemException 413 if it is too large, 415 if it is packed in a way that we do not know, 400 if the
     *     packing is broken or the body ends before it should
     */
    public static byte[] bytes(Context ctx) {
        Long limit = ctx.attribute(LIMIT_ATTRIBUTE);
        return bytes(ctx, limit == null ? HttpServer.Options.BODY_BYTES_MAX : limit);
    }

    /** With a limit of this route's own. */
    public static byte[] bytes(Context ctx, long bytesMax) {
        return bytes(ctx, bytesMax, held -> {});
    }

    /**
     * With a limit of this route's own, and an account of the memory that it takes.
     *
     * @param room is told how many bytes the body is about to hold altogether, before it does, and at the end how many it
     *     holds; may end the request
     */
    public static byte[] bytes(Context ctx, long bytesMax, LongConsumer room) {
        boolean packed = isPacked(ctx);
        if (ctx.req().getContentLengthLong() > bytesMax) {
            throw tooLarge(bytesMax);
        }
        try (InputStream sent = leftOpen(ctx.req().getInputStream());
                InputStream body = packed ? new GZIPInputStream(sent, CHUNK_BYTES) : sent) {
            return read(body, bytesMax, room);
        } catch (IOException e) {
            if (packed && (e instanceof ZipException || e instanceof EOFException)) {
                throw ProblemException.invalid(
                        "Content-Encoding",
                        "says gzip, but the body is not whole gzip data",
                        "Pack the whole body again.");
            }
            // There is no file here: what fails is always the sending.
            throw ProblemException.invalid("body", "ended before it was whole", "Send it again.");
        }
    }

    /**
     * A JSON body as a record.
     *
     * @throws ProblemException besides what {@link #bytes} throws: 415 if it says it is not JSON, 400 if it is not what
     *     the record needs
     */
    public static <T> T json(Context ctx, Class<T> type) {
        requireJson(ctx);
        return Json.read(bytes(ctx), type);
    }

    /** As {@link #json(Context, Class)}, with a limit of this route's own. */
    public static <T> T json(Context ctx, Class<T> type, long bytesMax) {
        requireJson(ctx);
        return Json.read(bytes(ctx, bytesMax), type);
    }

    /**
     * For a route that takes no body: reads what was sent all the same, for a connection with unread bytes in it is closed
     * after the answer, and who sends the next request on it finds it broken.
     *
     * @throws ProblemException as {@link #bytes}
     */
    public static void ignore(Context ctx) {
        bytes(ctx, IGNORED_BYTES_MAX);
    }

    private static void requireJson(Context ctx) {
        String contentType = ctx.contentType();
        if (contentType != null && !isJson(contentType)) {
            throw new ProblemException(
                    Kind.UNSUPPORTED_MEDIA_TYPE, "'%s' is not JSON: send application/json".formatted(contentType));
        }
    }

    /**
     * Reads and forgets what a refused request is still sending. Its sender would see the connection break before it sees
     * the answer if that was closed with unread bytes in it. What is too much or takes too long breaks it all the same.
     */
    public static void discard(Context ctx) {
        if (ctx.header("Expect") != null) {
            // The sender waits to be told to send at all.
            return;
        }
        Duration max = ctx.attribute(DISCARD_ATTRIBUTE);
        long deadline = System.nanoTime() + (max == null ? HttpServer.Options.DISCARD_MAX : max).toNanos();
        var chunk = new byte[CHUNK_BYTES];
        long left = HttpServer.Options.BODY_BYTES_MAX;
        try {
            InputStream sent = ctx.req().getInputStream();
            while (left > 0 && System.nanoTime() < deadline) {
                int count = sent.read(chunk);
                left = count < 0 ? 0 : left - count;
            }
        } catch (IOException e) {
            LOGGER.atDebug().setCause(e).log("the rest of a refused body did not come");
        }
    }

    private static boolean isJson(String contentType) {
        String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return type.equals("application/json") || type.endsWith("+json");
    }

    private static boolean isPacked(Context ctx) {
        String encoding = ctx.header("Content-Encoding");
        return switch (encoding == null ? "identity" : encoding.strip().toLowerCase(Locale.ROOT)) {
            case "identity" -> false;
            case "gzip", "x-gzip" -> true;
            default ->
                throw new ProblemException(
                        Kind.UNSUPPORTED_MEDIA_TYPE,
                        "Content-Encoding '%s' is not known: send gzip or none".formatted(encoding));
        };
    }

    /** What is closed can no more be read to its end, which {@link #discard} does if the body is refused halfway. */
    private static InputStream leftOpen(InputStream sent) {
        return new FilterInputStream(sent) {
            @Override
            public void close() {
                // The server closes it.
            }
        };
    }

    /** In pieces, so that a body takes room as it arrives and not as it is announced. */
    private static byte[] read(InputStream body, long bytesMax, LongConsumer room) throws IOException {
        var pieces = new ArrayList<byte[]>();
        long held = 0;
        int length = 0;
        boolean ended = false;
        while (!ended) {
            int more = pieces.isEmpty() ? CHUNK_BYTES : PIECE_BYTES;
            held += more;
            room.accept(held);
            var piece = new byte[more];
            int count = body.readNBytes(piece, 0, piece.length);
            length += count;
            if (length > bytesMax) {
                throw tooLarge(bytesMax);
            }
            pieces.add(piece);
            ended = count < piece.length;
        }
        room.accept(held + length);
        var whole = new byte[length];
        int at = 0;
        for (byte[] piece : pieces) {
            int count = Math.min(piece.length, length - at);
            System.arraycopy(piece, 0, whole, at, count);
            at += count;
        }
        pieces.clear();
        room.accept(length);
        return whole;
    }

    private static ProblemException tooLarge(long bytesMax) {
        return new ProblemException(
                Kind.BODY_TOO_LARGE,
                "At most %,d bytes are taken, after unpacking: send several smaller requests".formatted(bytesMax));
    }
}
