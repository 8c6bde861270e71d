package com.promptmanage.service.oidc;

import com.nimbusds.oauth2.sdk.Scope;
import com.promptmanage.service.settings.Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An issuer that people may sign in with.
 *
 * @param id in addresses and in the names of its settings
 * @param name on the button that leads there
 * @param url as the issuer names itself, to the letter
 * @param clientSecret empty for a public client, whose only proof is PKCE's
 * @param scopes what is asked for
 * @param signUp whether whoever comes from there for the first time gets an account
 * @param trustsEmail whether an address counts as verified though the issuer does not say so; for an issuer whose addresses the
 *     operator gives out
 */
public record IssuerSettings(
        String id,
        String name,
        String url,
        String clientId,
        Optional<String> clientSecret,
        List<String> scopes,
        boolean signUp,
        boolean trustsEmail) {

    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]{0,30}");

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    public IssuerSettings {
        scopes = List.copyOf(scopes);
    }

    /**
     * Reads {@code PM_OIDC_ISSUERS}, and of each that it names {@code PM_OIDC_<ID>_URL} and so on.
     *
     * @param signUp whether people may sign up by themselves, which an issuer may say otherwise
     */
    public static List<IssuerSettings> from(Settings settings, boolean signUp) {
        var ids = new HashSet<String>();
        var issuers = new ArrayList<IssuerSettings>();
        for (String id : settings.list("OIDC_ISSUERS", List.of())) {
            if (!ID.matcher(id).matches() || !ids.add(id)) {
                settings.require(
                        false,
                        "PM_OIDC_ISSUERS: '%s' is there twice, or not of lower-case letters and digits".formatted(id));
            } else {
                issuers.add(read(settings, id, "OIDC_%s_".formatted(id.toUpperCase(Locale.ROOT)), signUp));
            }
        }
        return List.copyOf(issuers);
    }

    private static IssuerSettings read(Settings settings, String id, String prefix, boolean signUp) {
        String url = settings.text(prefix + "URL");
        List<String> scopes = settings.list(prefix + "SCOPES", List.of("openid", "email", "profile"));
        settings.require(
                url.isEmpty() || isIssuer(url),
                "PM_%sURL: is not the https address of an issuer, such as https://accounts.example.com"
                        .formatted(prefix));
        settings.require(scopes.contains("openid"), "PM_%sSCOPES: must have openid among them".formatted(prefix));
        return new IssuerSettings(
                id,
                settings.text(prefix + "NAME", id),
                url,
                settings.text(prefix + "CLIENT_ID"),
                settings.optionalText(prefix + "CLIENT_SECRET"),
                scopes,
                settings.flag(prefix + "SIGN_UP", signUp),
                settings.flag(prefix + "TRUST_EMAIL", false));
    }

    Scope scope() {
        return new Scope(scopes.toArray(String[]::new));
    }

    /** Where it describes itself. */
    URI discovery() {
        return URI.create(url.replaceFirst("/$", "") + "/.well-known/openid-configuration");
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "IssuerSettings[%s, %s]".formatted(id, url);
    }

    /** Whether what goes to this address is encrypted, or does not leave the machine. */
    static boolean isSafe(@Nullable URI address) {
        if (address == null || address.getScheme() == null || address.getHost() == null) {
            return false;
        }
        return address.getScheme().equals("https")
                || (address.getScheme().equals("http") && LOOPBACK.contains(address.getHost()));
    }

    private static boolean isIssuer(String text) {
        try {
            URI address = new URI(text);
            return isSafe(address)
                    && address.getRawQuery() == null
                    && address.getRawFragment() == null
                    && address.getRawUserInfo() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
