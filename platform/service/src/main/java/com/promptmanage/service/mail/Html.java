package com.promptmanage.service.mail;

/** HTML of mails: what people named something must not become a part of the page. */
public final class Html {

    private Html() {}

    public static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
