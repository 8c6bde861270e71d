package com.promptmanage.service.mail;

import com.promptmanage.service.http.ShownText;
import java.util.List;
import java.util.Map;

/**
 * A message, in the same words as text and as HTML.
 *
 * @param id stays the same when the message is sent again, so that mail systems can drop repeats; letters, digits, dots,
 *     dashes and underscores
 * @param headers others, such as those by which a receiver sorts
 */
public record Mail(
        String id,
        List<String> to,
        String subject,
        String text,
        String html,
        Map<String, String> headers,
        List<Attachment> attachments) {

    /** @param contentType such as {@code application/pdf} */
    @SuppressWarnings("ArrayRecordComponent")
    public record Attachment(String fileName, String contentType, byte[] content) {}

    public Mail {
        if (!id.matches("[A-Za-z0-9._-]{1,200}")) {
            throw new IllegalArgumentException("'%s' cannot be a message's id".formatted(id));
        }
        if (to.isEmpty()) {
            throw new IllegalArgumentException("a message needs someone to go to");
        }
        // A line end in a header would begin another one.
        to = to.stream().map(Mail::onOneLine).toList();
        subject = onOneLine(subject);
        headers = Map.copyOf(headers);
        attachments = List.copyOf(attachments);
        headers.forEach((name, value) -> {
            if (!name.matches("[A-Za-z0-9-]{1,100}") || !value.matches("[\\x20-\\x7e]{0,900}")) {
                throw new IllegalArgumentException("header '%s' cannot be sent".formatted(name));
            }
        });
    }

    /** The same message, to those alone. */
    Mail withTo(List<String> recipients) {
        return new Mail(id, recipients, subject, text, html, headers, attachments);
    }

    private static String onOneLine(String text) {
        return ShownText.plain(text);
    }

    /** Without attachments and other headers. */
    public static Mail of(String id, List<String> to, String subject, String text, String html) {
        return new Mail(id, to, subject, text, html, Map.of(), List.of());
    }
}
