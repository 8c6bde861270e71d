package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.ConnectorType.Ability;
import com.promptmanage.runner.connector.ConnectorType.Auth;
import com.promptmanage.runner.connector.ConnectorType.Setting;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.service.mail.Mail;
import com.promptmanage.service.mail.MailException;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends mail through the operator's server. A record says {@code to}, {@code subject} and {@code text}, or leaves the first two to
 * the configuration; of what else is in it, a list of its fields is made.
 */
public final class EmailConnector implements Connector {

    private static final Logger LOGGER = LoggerFactory.getLogger(EmailConnector.class);

    /** So that no mail shows a crowd to each other. How much may be sent altogether is {@link MailAllowance}'s to say. */
    private static final int RECIPIENTS_MAX = 20;

    private static final int SUBJECT_CHARS_MAX = 200;

    static final ConnectorType TYPE = new ConnectorType(
            "email",
            "E-mail",
            "1.0",
            List.of(Auth.NONE),
            Set.of(Ability.CREATE),
            List.of(
                    new Setting("to", "text", false, "Addresses, separated by commas, unless the record has them"),
                    new Setting("subject", "text", false, "Unless the record has one")));

    private static final Set<String> OURS = Set.of("to", "subject", "text");

    private final Optional<Mailer> mailer;

    private final MailAllowance allowance;

    /**
     * @param mailer empty if the operator has set up no mail
     * @param database where it is counted how much each account sends
     */
    public EmailConnector(Optional<Mailer> mailer, Database database) {
        this.mailer = mailer;
        this.allowance = new MailAllowance(database);
    }

    /** Whether there is a server to send by; whether it answers is seen when something is sent. */
    public boolean hasServer() {
        return mailer.isPresent();
    }

    @Override
    public ConnectorType type() {
        return TYPE;
    }

    @Override
    public void check(JsonNode config, String path, Faults faults) {
        String to = config.path("to").asText("");
        if (!to.isBlank() && !addresses(to).stream().allMatch(Mailer::isAddress)) {
            faults.add(path + "to", "is not a list of addresses", "Send addresses, separated by commas.");
        }
    }

    @Override
    public Session open(Access access) throws ConnectorException {
        Mailer sender = mailer.orElseThrow(() -> new ConnectorException(
                Failure.Kind.PERMANENT, "no mail can be sent from here: the operator has set up no mail server"));
        return new Session() {
            @Override
            public String test() {
                return "There is a mail server; nothing was sent.";
            }

            @Override
            public Written write(WriteRequest request) throws ConnectorException {
                Mail mail = mail(request, access.config());
                LocalDate day = take(access.account(), mail.to().size());
                try {
                    sender.send(mail);
                } catch (MailException e) {
                    giveBack(e, access.account(), day, mail.to().size());
                    throw new ConnectorException(kind(e), String.valueOf(e.getMessage()));
                }
                return new Written(1, List.of(mail.id()), JsonNodeFactory.instance.missingNode());
            }
        };
    }

    private LocalDate take(Account account, int recipients) throws ConnectorException {
        Optional<LocalDate> taken;
        try {
            taken = allowance.take(account, recipients);
        } catch (UnavailableException e) {
            // Thrown on, it would leave open whether anything was sent.
            throw new ConnectorException(
                    Failure.Kind.TRANSIENT, "nothing was sent: how much was sent today cannot be looked up for now");
        }
        return taken.orElseThrow(() -> new ConnectorException(
                Failure.Kind.PERMANENT,
                "this mail would take %s beyond the %d people a day that it may write to from here: go on tomorrow"
                        .formatted(account, MailAllowance.RECIPIENTS_A_DAY)));
    }

    /** Mail that has perhaps gone out is not sent once more without being asked for. */
    private static Failure.Kind kind(MailException e) {
        if (e.isAmbiguous()) {
            return Failure.Kind.AMBIGUOUS;
        }
        return e.isPermanent() ? Failure.Kind.PERMANENT : Failure.Kind.TRANSIENT;
    }

    /** Of a mail that the server has refused, nobody has anything: it takes one for all of its recipients, or not at all. */
    private void giveBack(MailException why, Account account, LocalDate day, int recipients) {
        try {
            if (why.isPermanent()) {
                allowance.giveBackRefused(account, day, recipients);
            } else if (!why.isAmbiguous()) {
                allowance.giveBack(account, day, recipients);
            }
        } catch (UnavailableException e) {
            // Why the mail was refused is what its workflow needs to know.
            LOGGER.atWarn()
                    .setCause(e)
                    .addKeyValue("account", account.value())
                    .log("what a mail was refused for counts all the same");
        }
    }

    private static Mail mail(WriteRequest request, JsonNode config) throws ConnectorException {
        JsonNode record = request.record();
        List<String> to = addresses(said(record, config, "to"));
        if (to.isEmpty() || to.size() > RECIPIENTS_MAX || !to.stream().allMatch(Mailer::isAddress)) {
            throw new ConnectorException(
                    Failure.Kind.VALIDATION,
                    "'to' is not 1 to %d addresses, separated by commas".formatted(RECIPIENTS_MAX));
        }
        String subject = said(record, config, "subject");
        String text = text(record);
        return Mail.of(
                id(request.idempotencyKey()),
                to,
                subject.isBlank()
                        ? "A workflow's result"
                        : subject.substring(0, Math.min(subject.length(), SUBJECT_CHARS_MAX)),
                text,
                "<pre style=\"white-space:pre-wrap;font-family:sans-serif\">" + escaped(text) + "</pre>");
    }

    private static String said(JsonNode record, JsonNode config, String name) {
        return record.hasNonNull(name)
                ? record.path(name).asText()
                : config.path(name).asText("");
    }

    private static String text(JsonNode record) {
        var parts = new ArrayList<String>();
        if (record.hasNonNull("text")) {
            parts.add(record.path("text").asText());
        }
        String others = record.properties().stream()
                .filter(field -> !OURS.contains(field.getKey()))
                .map(field -> "%s: %s"
                        .formatted(
                                field.getKey(),
                                field.getValue().isValueNode()
                                        ? field.getValue().asText()
                                        : field.getValue().toString()))
                .collect(Collectors.joining("\n"));
        if (!others.isEmpty()) {
            parts.add(others);
        }
        return String.join("\n\n", parts);
    }

    private static List<String> addresses(String text) {
        return java.util.Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(address -> !address.isEmpty())
                .toList();
    }

    /** The same for each attempt, so that mail systems can drop repeats. */
    private static String id(String idempotencyKey) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(idempotencyKey.getBytes(StandardCharsets.UTF_8)),
                            0,
                            16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
