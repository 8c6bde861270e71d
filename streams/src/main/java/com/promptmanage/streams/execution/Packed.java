package com.promptmanage.streams.execution;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Values of the state as bytes: a version in front, then numbers in variable length and texts. */
final class Packed {

    private Packed() {}

    static final class Writer {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);

        Writer(byte version) {
            bytes.write(version);
        }

        /** @param number not below −1 */
        Writer number(long number) {
            long left = number + 1;
            while ((left & ~0x7FL) != 0) {
                bytes.write((int) (left | 0x80) & 0xFF);
                left >>>= 7;
            }
            bytes.write((int) left);
            return this;
        }

        Writer text(String text) {
            byte[] utf8 = text.getBytes(UTF_8);
            number(utf8.length);
            bytes.writeBytes(utf8);
            return this;
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }

    static final class Reader {

        private final byte[] bytes;

        private int at = 1;

        /** @throws IllegalStateException if the value was written by a later version of this program */
        Reader(byte[] bytes, byte version) {
            if (bytes[0] != version) {
                throw new IllegalStateException(
                        "a row of executions has format %d, this program knows %d: run a newer one"
                                .formatted(bytes[0], version));
            }
            this.bytes = bytes;
        }

        long number() {
            long number = 0;
            int shift = 0;
            byte part;
            do {
                part = bytes[at++];
                number |= (long) (part & 0x7F) << shift;
                shift += 7;
            } while (part < 0);
            return number - 1;
        }

        int count() {
            return Math.toIntExact(number());
        }

        String text() {
            int length = count();
            String text = new String(bytes, at, length, UTF_8);
            at += length;
            return text;
        }
    }
}
