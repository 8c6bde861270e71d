package com.promptmanage.query;

import com.promptmanage.query.notify.Notifications;
import com.promptmanage.service.mail.MailSettings;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundSettings;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.service.settings.Settings;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;

/**
 * How alerts, invitations and reports leave.
 *
 * @param mail empty for no mail
 */
public record OutsideSettings(OutboundSettings outbound, Optional<MailSettings> mail, SecretKeys keys) {

    static OutsideSettings from(Settings settings) {
        return new OutsideSettings(
                OutboundSettings.from(settings), MailSettings.from(settings), SecretKeys.from(settings));
    }

    Optional<Mailer> mailer(Clock clock) {
        return mail.map(server -> new Mailer(server, clock));
    }

    Notifications.Ways ways(Outbound open, Optional<Mailer> mailer, Optional<URI> dashboard) {
        return new Notifications.Ways(open, mailer, new SecretBox(keys), dashboard);
    }
}
