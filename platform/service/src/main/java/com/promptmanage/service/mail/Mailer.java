package com.promptmanage.service.mail;

import jakarta.activation.DataHandler;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.IntPredicate;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;

/**
 * Sends mail, each message over a connection of its own. Safe for use by several threads; a call holds its thread until the
 * server has taken the message.
 */
public final class Mailer {

    private static final int ADDRESS_LENGTH_MAX = 320;

    private static final String UTF_8 = StandardCharsets.UTF_8.name();

    private final MailSettings settings;

    private final Clock clock;

    private final Session session;

    private final InternetAddress from;

    public Mailer(MailSettings settings, Clock clock) {
        this(settings, clock, Optional.empty());
    }

    /** @param tls how to encrypt; empty for what the JVM trusts */
    Mailer(MailSettings settings, Clock clock, Optional<SSLSocketFactory> tls) {
        this.settings = settings;
        this.clock = clock;
        this.session = Session.getInstance(properties(settings, tls));
        this.from = address(settings.from());
    }

    /**
     * Whether mail can be sent to such an address: one, with a domain, with or without a name. A line end in the name would begin
     * another header; and a group is many.
     */
    public static boolean isAddress(String text) {
        if (text.length() > ADDRESS_LENGTH_MAX || text.chars().anyMatch(Character::isISOControl)) {
            return false;
        }
        try {
            var parsed = new InternetAddress(text, true);
            return !parsed.isGroup() && parsed.getAddress().indexOf('@') > 0;
        } catch (AddressException e) {
            return false;
        }
    }

    /** Sends to all whom the server takes it for. After an exception nobody has it, unless that is ambiguous. */
    public Sent sendToWhomItCan(Mail mail) throws MailException {
        return sendWithout(mail, code -> true);
    }

    /**
     * Sends to all but those whom the server will never take it for. The others wait for whom it may take it for later: nobody has it
     * after the exception, unless that is ambiguous.
     */
    public Sent sendExceptToNobody(Mail mail) throws MailException {
        return sendWithout(mail, Sent::isPermanent);
    }

    /** The server is asked for all of them and takes the message for none if it refuses one: no attempt is half done. */
    private Sent sendWithout(Mail mail, IntPredicate leftOut) throws MailException {
        var refused = new LinkedHashMap<String, Integer>();
        List<String> to = mail.to();
        while (!to.isEmpty()) {
            try {
                send(mail.withTo(to));
                break;
            } catch (MailException e) {
                var without = new LinkedHashMap<>(e.refused());
                without.values().removeIf(code -> !leftOut.test(code));
                if (without.isEmpty()) {
                    throw e;
                }
                refused.putAll(without);
                to = to.stream()
                        .filter(address -> !refused.containsKey(address))
                        .toList();
            }
        }
        return new Sent(to, refused);
    }

    /**
     * Sends; when it returns, the server has taken the message for all of its recipients. After an exception nobody has it, unless
     * the exception is {@linkplain MailException#isAmbiguous ambiguous}.
     */
    public void send(Mail mail) throws MailException {
        boolean isBegun = false;
        try {
            MimeMessage message = message(mail);
            try (Transport transport = session.getTransport("smtp")) {
                transport.connect(
                        settings.host(),
                        settings.port(),
                        settings.login().map(MailSettings.Login::user).orElse(null),
                        settings.login().map(MailSettings.Login::password).orElse(null));
                isBegun = true;
                transport.sendMessage(message, message.getAllRecipients());
            }
        } catch (AuthenticationFailedException e) {
            throw new MailException("the mail server does not know us: the operator sees to that", false, false, e);
        } catch (MessagingException e) {
            int code = codeOf(e);
            if (code == 0) {
                throw new MailException("the mail server does not answer", false, isBegun, e);
            }
            Map<String, Integer> refused = refusedOf(e, mail.to());
            String said = refused.isEmpty() ? "the mail server refused with code " + code : Sent.refusal(refused);
            throw new MailException(said, Sent.isPermanent(code), false, refused, e);
        }
    }

    private MimeMessage message(Mail mail) throws MessagingException {
        var message = new KnownMessage(session, "<%s@%s>".formatted(mail.id(), domainOf(from)));
        message.setFrom(from);
        for (String recipient : mail.to()) {
            message.addRecipient(Message.RecipientType.TO, new InternetAddress(recipient, true));
        }
        message.setSubject(mail.subject(), UTF_8);
        message.setSentDate(Date.from(clock.instant()));
        // Nobody's absence note need answer.
        message.setHeader("Auto-Submitted", "auto-generated");
        for (Map.Entry<String, String> header : mail.headers().entrySet()) {
            message.setHeader(header.getKey(), header.getValue());
        }
        message.setContent(content(mail));
        message.saveChanges();
        return message;
    }

    private static MimeMultipart content(Mail mail) throws MessagingException {
        var text = new MimeBodyPart();
        text.setText(mail.text(), UTF_8, "plain");
        var html = new MimeBodyPart();
        html.setText(mail.html(), UTF_8, "html");
        // The last is what a reader that can shows.
        var words = new MimeMultipart("alternative", text, html);
        if (mail.attachments().isEmpty()) {
            return words;
        }
        var first = new MimeBodyPart();
        first.setContent(words);
        var all = new MimeMultipart("mixed", first);
        for (Mail.Attachment attachment : mail.attachments()) {
            var part = new MimeBodyPart();
            part.setDataHandler(
                    new DataHandler(new ByteArrayDataSource(attachment.content(), attachment.contentType())));
            part.setFileName(attachment.fileName());
            all.addBodyPart(part);
        }
        return all;
    }

    private static Properties properties(MailSettings settings, Optional<SSLSocketFactory> tls) {
        var properties = new Properties();
        String stepMillis = Long.toString(settings.stepMax().toMillis());
        properties.setProperty("mail.smtp.connectiontimeout", stepMillis);
        properties.setProperty("mail.smtp.timeout", stepMillis);
        properties.setProperty("mail.smtp.writetimeout", stepMillis);
        properties.setProperty(
                "mail.smtp.auth", Boolean.toString(settings.login().isPresent()));
        properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
        switch (settings.security()) {
            case TLS -> properties.setProperty("mail.smtp.ssl.enable", "true");
            case STARTTLS -> {
                properties.setProperty("mail.smtp.starttls.enable", "true");
                properties.setProperty("mail.smtp.starttls.required", "true");
            }
            case NONE -> properties.setProperty("mail.smtp.starttls.enable", "false");
        }
        tls.ifPresent(factory -> properties.put("mail.smtp.ssl.socketFactory", factory));
        return properties;
    }

    /** What the server answered; 0 if it is not about an answer. */
    private static int codeOf(MessagingException e) {
        int code = 0;
        for (Exception cause = e; cause != null; cause = next(cause)) {
            int found = switch (cause) {
                case SMTPAddressFailedException address -> address.getReturnCode();
                case SMTPSendFailedException send -> send.getReturnCode();
                case SMTPSenderFailedException sender -> sender.getReturnCode();
                default -> 0;
            };
            code = Math.max(code, found);
        }
        return code;
    }

    /** By recipient, what the server answered when it refused that one. */
    private static Map<String, Integer> refusedOf(MessagingException e, List<String> recipients) {
        var codes = new HashMap<String, Integer>();
        for (Exception cause = e; cause != null; cause = next(cause)) {
            if (cause instanceof SMTPAddressFailedException failed && failed.getReturnCode() >= 400) {
                codes.put(failed.getAddress().getAddress(), failed.getReturnCode());
            }
        }
        var refused = new LinkedHashMap<String, Integer>();
        for (String recipient : recipients) {
            Integer code = codes.get(address(recipient).getAddress());
            if (code != null) {
                refused.put(recipient, code);
            }
        }
        return refused;
    }

    private static @org.jspecify.annotations.Nullable Exception next(Exception e) {
        return e instanceof MessagingException messaging ? messaging.getNextException() : null;
    }

    private static InternetAddress address(String text) {
        try {
            return new InternetAddress(text, true);
        } catch (AddressException e) {
            throw new IllegalArgumentException("'%s' is not an address".formatted(text), e);
        }
    }

    private static String domainOf(InternetAddress address) {
        return address.getAddress().substring(address.getAddress().indexOf('@') + 1);
    }

    /** The library would give it another id each time. */
    private static final class KnownMessage extends MimeMessage {

        private final String id;

        KnownMessage(Session session, String id) {
            super(session);
            this.id = id;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
        }
    }
}
