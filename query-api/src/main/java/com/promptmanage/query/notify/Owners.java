package com.promptmanage.query.notify;

import com.promptmanage.service.database.Database;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.alert.Notice;
import com.promptmanage.topics.alert.NoticeCodec;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the owners of an account by mail what none of its channels may tell any more. Only once and only if there is a mail
 * server: the same is among their alerts, which is where it cannot be lost.
 */
final class Owners {

    private static final Logger LOGGER = LoggerFactory.getLogger(Owners.class);

    private final Database database;

    private final Sender sender;

    Owners(Database database, Sender sender) {
        this.database = database;
        this.sender = sender;
    }

    void tell(Account account, Notice notice) {
        if (!sender.sendsMail()) {
            return;
        }
        List<String> addresses = addresses(database, account);
        if (!addresses.isEmpty()) {
            Outcome outcome = sender.send(
                    "owners",
                    new Destination.Email(addresses),
                    new Message(notice.id(), notice.occurredAt(), List.of(NoticeCodec.data(notice))));
            if (outcome.end() != Outcome.End.DELIVERED) {
                LOGGER.atWarn()
                        .addKeyValue("account", account)
                        .addKeyValue("cause", outcome.said())
                        .log("owners were not told by mail");
            }
        }
    }

    static List<String> addresses(Database database, Account account) {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT email FROM users
                        WHERE disabled_at IS NULL
                          AND id IN (SELECT substr(:account, 6) WHERE starts_with(:account, 'user:')
                                     UNION ALL
                                     SELECT user_id FROM team_members
                                     WHERE starts_with(:account, 'team:') AND team_id = substr(:account, 6)
                                       AND role = 'owner')
                        ORDER BY email
                        LIMIT 20
                        """)
                .bind("account", account.value())
                .mapTo(String.class)
                .list());
    }
}
