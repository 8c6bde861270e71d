package com.promptmanage.local;

import com.promptmanage.ingest.gateway.GatewaySettings;
import com.promptmanage.service.mail.MailSettings;
import com.promptmanage.service.outbound.OutboundSettings;
import com.promptmanage.service.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What may be reached from here: as the environment says, for someone who tries out a webhook on their own machine or a mail
 * server, or a model. Of the other settings, which are for services that run alone, nothing is read.
 *
 * @param mail empty for no mail
 */
record Outside(OutboundSettings outbound, Optional<MailSettings> mail, GatewaySettings gateway) {

    private static final List<String> PREFIXES = List.of("PM_OUTBOUND_", "PM_SMTP_", "PM_GATEWAY_");

    static Outside ofEnvironment(Map<String, String> environment) {
        var settings = new Settings(
                Settings.PREFIX,
                environment.entrySet().stream()
                        .filter(entry -> PREFIXES.stream().anyMatch(entry.getKey()::startsWith))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        var outside = new Outside(
                OutboundSettings.from(settings), MailSettings.from(settings), GatewaySettings.from(settings));
        settings.check();
        return outside;
    }
}
