package com.promptmanage.ingest.otlp;

import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.Problem.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The two forms of OTLP over HTTP. An answer comes in the form of its request, also when it is a refusal. */
enum OtlpForm {
    PROTOBUF("application/x-protobuf"),
    JSON("application/json");

    private final String contentType;

    OtlpForm(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }

    /** @param rejected how many records were not taken; if that is none, nothing is said */
    byte[] taken(Signal signal, long rejected, String why) {
        return switch (this) {
            case PROTOBUF ->
                rejected == 0
                        ? new byte[0]
                        : new Message()
                                .message(1, new Message().number(1, rejected).text(2, why))
                                .bytes();
            case JSON ->
                Json.bytes(
                        rejected == 0
                                ? Map.of()
                                : Map.of(
                                        "partialSuccess",
                                        Map.of(signal.rejected(), Long.toString(rejected), "errorMessage", why)));
        };
    }

    /** A {@code google.rpc.Status}. */
    byte[] refused(Kind kind, String why) {
        int code = code(kind);
        return switch (this) {
            case PROTOBUF -> new Message().number(1, code).text(2, why).bytes();
            case JSON -> Json.bytes(Map.of("code", code, "message", why));
        };
    }

    /** As gRPC numbers them. */
    private static int code(Kind kind) {
        return switch (kind) {
            case UNAUTHENTICATED -> 16;
            case FORBIDDEN -> 7;
            case NOT_FOUND -> 5;
            case RATE_LIMITED, BODY_TOO_LARGE -> 8;
            case UNAVAILABLE -> 14;
            case UNEXPECTED -> 13;
            default -> 3;
        };
    }

    /** Writes protobuf: as much of it as an answer needs. */
    private static final class Message {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint(ProtoReader.tag(field, ProtoReader.VARINT));
            varint(value);
            return this;
        }

        Message text(int field, String text) {
            return part(field, text.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message message) {
            return part(field, message.bytes());
        }

        byte[] bytes() {
            return out.toByteArray();
        }

        private Message part(int field, byte[] bytes) {
            varint(ProtoReader.tag(field, ProtoReader.BYTES));
            varint(bytes.length);
            out.writeBytes(bytes);
            return this;
        }

        private void varint(long value) {
            long left = value;
            while ((left & ~0x7fL) != 0) {
                out.write((int) ((left & 0x7f) | 0x80));
                left >>>= 7;
            }
            out.write((int) left);
        }
    }
}
