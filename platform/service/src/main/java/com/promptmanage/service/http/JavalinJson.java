package com.promptmanage.service.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.SequenceWriter;
import io.javalin.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * {@link Json} as the web framework wants it: {@code ctx.json(…)} writes our form. It reads nothing: the framework's own
 * way to a body knows no limit after inflation, so {@code ctx.bodyAsClass(…)} fails and {@link RequestBody} is used.
 */
final class JavalinJson implements JsonMapper {

    @Override
    public String toJsonString(Object value, Type type) {
        return value instanceof String text ? text : new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    @Override
    public void writeToOutputStream(Stream<?> stream, OutputStream output) {
        try (SequenceWriter writer = Json.mapper().writer().writeValuesAsArray(output)) {
            for (Iterator<?> values = stream.iterator(); values.hasNext(); ) {
                writer.write(values.next());
            }
        } catch (JacksonException e) {
            throw new UncheckedIOException("cannot write JSON", e);
        } catch (IOException e) {
            throw new UncheckedIOException("the reader went away", e);
        }
    }
}
