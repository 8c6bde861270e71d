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
 * @param givenKeys empty for that of the data directory alone
 */
record Outside(
        OutboundSettings outbound,
        Optional<MailSettings> mail,
        AccessSettings access,
        GatewaySettings gateway,
        Optional<SecretKeys> givenKeys) {

    private static final String SECRET_KEYS = "PM_SECRET_KEYS";

    private static final List<String> READ =
            List.of("PM_OUTBOUND_", "PM_SMTP_", "PM_OIDC_", "PM_PUBLIC_URL", "PM_GATEWAY_", SECRET_KEYS);

    static Outside ofEnvironment(Map<String, String> environment) {
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
                environment.containsKey(SECRET_KEYS) ? Optional.of(SecretKeys.from(settings)) : Optional.empty());
        settings.check();
        return outside;
    }

    /**
     * What secrets are kept with: the keys that are given, of which the first seals, and the directory's own, so that what was
     * sealed before opens, and is sealed anew.
     *
     * @throws IllegalArgumentException if an id stands for two keys
     */
    SecretKeys secretKeys(SecretKeys own) {
        return givenKeys.map(given -> given.followedBy(own)).orElse(own);
    }
}
