package com.promptmanage.topics.alert;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.topics.event.EventJson;

/** Notices as CloudEvents. Their {@code data} is the alert object of the HTTP API, as with alerts of budgets. */
public final class NoticeCodec {

    private NoticeCodec() {}

    /** @param source who tells it */
    public static byte[] write(Notice notice, String source) {
        ObjectNode event = JsonNodeFactory.instance
                .objectNode()
                .put("specversion", "1.0")
                .put("id", notice.id())
                .put("source", source)
                .put("type", notice.eventType())
                .put("subject", notice.account().value())
                .put("time", notice.occurredAt().toString())
                .put("datacontenttype", "application/json");
        event.set("data", data(notice));
        return EventJson.write(event);
    }

    /** The alert by itself. */
    public static ObjectNode data(Notice notice) {
        ObjectNode data = JsonNodeFactory.instance
                .objectNode()
                .put("id", notice.id())
                .put("type", notice.type())
                .put("account", notice.account().value())
                .put("severity", notice.severity().value())
                .put("title", notice.title())
                .put("message", notice.message())
                .put("occurredAt", notice.occurredAt().toString());
        notice.about().forEach((name, value) -> {
            if (value instanceof Long number) {
                data.put(name, number);
            } else {
                data.put(name, String.valueOf(value));
            }
        });
        return data;
    }
}
