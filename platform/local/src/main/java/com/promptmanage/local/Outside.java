package com.promptmanage.local;

import com.promptmanage.ingest.gateway.GatewaySettings;
import com.promptmanage.service.access.AccessSettings;
import com.promptmanage.service.mail.MailSettings;
import com.promptmanage.service.outbound.OutboundSettings;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.service.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What may be reached from here, and from where people come: as the environment says, for someone who tries out a webhook on their
 * own machine, a mail server, an issuer of identities or a model; and with which keys secrets are kept. Of the other settings, which
 * are for services that run alone, nothing is read.
 *
 * @param mail empty for no mail
 * @param secretKeys those that are given, of which the first seals, and the data directory's own behind them: what was sealed before
 *     opens, and is sealed anew
 */
record Outside(
        OutboundSettings outbound,
        Optional<MailSettings> mail,
        AccessSettings access,
        GatewaySettings gateway,
        SecretKeys secretKeys) {

    private static final String SECRET_KEYS = "PM_SECRET_KEYS";

    private static final List<String> READ =
            List.of("PM_OUTBOUND_", "PM_SMTP_", "PM_OIDC_", "PM_PUBLIC_URL", "PM_GATEWAY_", SECRET_KEYS);

    /** @param own the key of the data directory, which alone is used where none is given */
    static Outside ofEnvironment(Map<String, String> environment, SecretKeys own) {
        var settings = new Settings(
                Settings.PREFIX,
                environment.entrySet().stream()
                        .filter(entry -> READ.stream().anyMatch(entry.getKey()::startsWith))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        var outside = new Outside(
                OutboundSettings.from(settings),
                MailSettings.from(settings),
                AccessSettings.from(settings),
                GatewaySettings.from(settings),
                environment.containsKey(SECRET_KEYS) ? given(settings, own) : own);
        settings.check();
        return outside;
    }

    private static SecretKeys given(Settings settings, SecretKeys own) {
        SecretKeys given = SecretKeys.from(settings);
        try {
            return given.followedBy(own);
        } catch (IllegalArgumentException e) {
            settings.require(false, String.valueOf(e.getMessage()));
            return given;
        }
    }
}
