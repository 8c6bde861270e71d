package com.promptmanage.local;

import com.promptmanage.service.mail.MailSettings;
import com.promptmanage.service.outbound.OutboundSettings;
import com.promptmanage.service.settings.Settings;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What may be reached from here: as the environment says, for someone who tries out a webhook on their own machine or a mail
 * server. Of the other settings, which are for services that run alone, nothing is read.
 *
 * @param mail empty for no mail
 */
record Outside(OutboundSettings outbound, Optional<MailSettings> mail) {

    static Outside ofEnvironment(Map<String, String> environment) {
        var settings = new Settings(
                Settings.PREFIX,
                environment.entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith("PM_OUTBOUND_")
                                || entry.getKey().startsWith("PM_SMTP_"))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        var outside = new Outside(OutboundSettings.from(settings), MailSettings.from(settings));
        settings.check();
        return outside;
    }
}
