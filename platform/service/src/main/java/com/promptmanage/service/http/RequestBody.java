package com.promptmanage.service.http;

import com.promptmanage.service.http.Problem.Kind;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The body of a request, inflated if it came as gzip. What counts against the limit is what comes out, and no more than
 * the limit is ever inflated, so a small body cannot fill the memory.
 *
 * <p>Handlers read bodies only through this class.
 */
public final class RequestBody {

    private static final int CHUNK_BYTES = 8192;

    static final String LIMIT_ATTRIBUTE = "promptmanage.bodyBytesMax";

    private RequestBody() {}

    /**
     * @throws ProblemException 413 if it is too large, 415 if it is packed in a way that we do not know, 400 if the
     *     packing is broken
     */
    public static byte[] bytes(Context ctx) {
        Long limit = ctx.attribute(LIMIT_ATTRIBUTE);
        return bytes(ctx, limit == null ? HttpServer.Options.BODY_BYTES_MAX : limit);
    }

    /** With a limit of this route's own. */
    public static byte[] bytes(Context ctx, long bytesMax) {
        boolean packed = isPacked(ctx);
        if (ctx.req().getContentLengthLong() > bytesMax) {
            throw tooLarge(bytesMax);
        }
        try (InputStream sent = ctx.req().getInputStream();
                InputStream body = packed ? new GZIPInputStream(sent, CHUNK_BYTES) : sent) {
            return read(body, bytesMax);
        } catch (ZipException | EOFException e) {
            throw ProblemException.invalid(
                    "Content-Encoding", "says gzip, but the body is not whole gzip data", "Pack the whole body again.");
        } catch (IOException e) {
            throw new UncheckedIOException("the body ended early", e);
        }
    }

    /**
     * A JSON body as a record.
     *
     * @throws ProblemException besides what {@link #bytes} throws: 415 if it says it is not JSON, 400 if it is not what
     *     the record needs
     */
    public static <T> T json(Context ctx, Class<T> type) {
        String contentType = ctx.contentType();
        if (contentType != null && !isJson(contentType)) {
            throw new ProblemException(
                    Kind.UNSUPPORTED_MEDIA_TYPE, "'%s' is not JSON: send application/json".formatted(contentType));
        }
        return Json.read(bytes(ctx), type);
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

    private static byte[] read(InputStream body, long bytesMax) throws IOException {
        var bytes = new ByteArrayOutputStream(CHUNK_BYTES);
        var chunk = new byte[CHUNK_BYTES];
        for (int count = body.read(chunk); count >= 0; count = body.read(chunk)) {
            if (bytes.size() + (long) count > bytesMax) {
                throw tooLarge(bytesMax);
            }
            bytes.write(chunk, 0, count);
        }
        return bytes.toByteArray();
    }

    private static ProblemException tooLarge(long bytesMax) {
        return new ProblemException(
                Kind.BODY_TOO_LARGE,
                "At most %,d bytes are taken, after unpacking: send several smaller requests".formatted(bytesMax));
    }
}
