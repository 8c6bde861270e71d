package com.promptmanage.service.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationResponse;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.claims.ClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.UserInfo;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import com.promptmanage.service.oidc.IssuerException.Kind;
import com.promptmanage.service.outbound.Outbound;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One issuer of identities, by the authorization code flow with PKCE. It is found by discovery when it is first needed, so that
 * an issuer that is away keeps nobody from starting.
 *
 * <p>Safe for use by several threads.
 */
public final class OidcIssuer {

    private static final int CLOCK_SKEW_SECONDS = 60;

    /** Signatures by a key pair only: one by a shared secret, or none at all, proves nothing here. */
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    private final IssuerSettings settings;

    private final URI callback;

    private final IssuerCalls calls;

    private final IssuerKeys keys;

    private final ClientID client;

    private final Remembered<OIDCProviderMetadata> described;

    /** @param callback where people come back to: the issuer must know it, to the letter */
    public OidcIssuer(IssuerSettings settings, URI callback, Outbound outbound, Clock clock) {
        this.settings = settings;
        this.callback = callback;
        this.calls = new IssuerCalls(outbound);
        this.keys = new IssuerKeys(calls, clock);
        this.client = new ClientID(settings.clientId());
        this.described = new Remembered<>(clock, IssuerCalls.CALL_MAX);
    }

    public IssuerSettings settings() {
        return settings;
    }

    /** Where to send someone who wants to sign in. */
    public URI signInAt(Attempt attempt) throws IssuerException {
        return new AuthenticationRequest.Builder(ResponseType.CODE, settings.scope(), client, callback)
                .endpointURI(metadata().getAuthorizationEndpointURI())
                .state(new State(attempt.state()))
                .nonce(new Nonce(attempt.nonce()))
                .codeChallenge(new CodeVerifier(attempt.verifier()), CodeChallengeMethod.S256)
                .build()
                .toURI();
    }

    /**
     * Who came back.
     *
     * @param parameters of the address they came back by
     * @param attempt of the state among them
     */
    public Identity identify(Map<String, List<String>> parameters, Attempt attempt) throws IssuerException {
        OIDCProviderMetadata metadata = metadata();
        AuthorizationCode code = code(parameters, attempt, metadata);
        OIDCTokens tokens = tokens(code, attempt, metadata);
        IDTokenClaimsSet claims = validated(tokens.getIDToken(), new Nonce(attempt.nonce()), metadata);
        if (claims.getStringClaim(UserInfo.EMAIL_CLAIM_NAME) != null || metadata.getUserInfoEndpointURI() == null) {
            return identity(claims.getSubject().getValue(), claims);
        }
        return identity(claims.getSubject().getValue(), userInfo(tokens, claims, metadata));
    }

    private AuthorizationCode code(Map<String, List<String>> parameters, Attempt attempt, OIDCProviderMetadata metadata)
            throws IssuerException {
        try {
            AuthenticationResponse response = AuthenticationResponseParser.parse(callback, parameters);
            if (!new State(attempt.state()).equals(response.getState())) {
                throw new IssuerException(Kind.UNPROVEN, "another state came back than was sent", null);
            }
            Issuer from = response.getIssuer();
            if (from == null
                    ? metadata.supportsAuthorizationResponseIssuerParam()
                    : !from.equals(metadata.getIssuer())) {
                // Else one issuer could pass on what another has answered.
                throw new IssuerException(Kind.UNPROVEN, "the answer is another issuer's", null);
            }
            if (!response.indicatesSuccess()) {
                throw new IssuerException(
                        Kind.REFUSED,
                        response.toErrorResponse().getErrorObject().toString(),
                        null);
            }
            AuthorizationCode code = response.toSuccessResponse().getAuthorizationCode();
            if (code == null) {
                throw new IssuerException(Kind.UNPROVEN, "no code came back", null);
            }
            return code;
        } catch (ParseException e) {
            throw new IssuerException(Kind.UNPROVEN, "what came back is no answer of an issuer", e);
        }
    }

    private OIDCTokens tokens(AuthorizationCode code, Attempt attempt, OIDCProviderMetadata metadata)
            throws IssuerException {
        URI endpoint = metadata.getTokenEndpointURI();
        var grant = new AuthorizationCodeGrant(code, callback, new CodeVerifier(attempt.verifier()));
        TokenRequest request = settings.clientSecret()
                .map(secret -> new TokenRequest.Builder(endpoint, authentication(secret, metadata), grant))
                .orElseGet(() -> new TokenRequest.Builder(endpoint, client, grant))
                .build();
        try {
            TokenResponse response = OIDCTokenResponseParser.parse(calls.send(request.toHTTPRequest()));
            if (response instanceof OIDCTokenResponse good
                    && good.getOIDCTokens().getIDToken() != null) {
                return good.getOIDCTokens();
            }
            throw new IssuerException(
                    Kind.UNPROVEN,
                    response.indicatesSuccess()
                            ? "the issuer gave no identity"
                            : response.toErrorResponse().getErrorObject().toString(),
                    null);
        } catch (ParseException e) {
            throw new IssuerException(Kind.AWAY, "%s answered with no tokens".formatted(endpoint), e);
        }
    }

    private ClientAuthentication authentication(String secret, OIDCProviderMetadata metadata) {
        List<ClientAuthenticationMethod> methods = metadata.getTokenEndpointAuthMethods();
        boolean inTheForm = methods != null
                && !methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                && methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_POST);
        return inTheForm
                ? new ClientSecretPost(client, new Secret(secret))
                : new ClientSecretBasic(client, new Secret(secret));
    }

    /** Signature, issuer, audience, times and nonce. */
    private IDTokenClaimsSet validated(JWT token, Nonce nonce, OIDCProviderMetadata metadata) throws IssuerException {
        JWKSet known = keys.at(metadata.getJWKSetURI());
        try {
            try {
                return validated(token, nonce, metadata, known);
            } catch (BadJWTException e) {
                // What it says is wrong, whoever signed it.
                throw e;
            } catch (BadJOSEException e) {
                JWKSet newer = keys.newerAt(metadata.getJWKSetURI(), known);
                if (newer.equals(known)) {
                    throw e;
                }
                return validated(token, nonce, metadata, newer);
            }
        } catch (BadJOSEException | JOSEException e) {
            throw new IssuerException(Kind.UNPROVEN, "the token is not good: " + e.getMessage(), e);
        }
    }

    private IDTokenClaimsSet validated(JWT token, Nonce nonce, OIDCProviderMetadata metadata, JWKSet signers)
            throws BadJOSEException, JOSEException {
        var validator = new IDTokenValidator(
                metadata.getIssuer(),
                client,
                new JWSVerificationKeySelector<SecurityContext>(ALGORITHMS, new ImmutableJWKSet<>(signers)),
                null);
        validator.setMaxClockSkew(CLOCK_SKEW_SECONDS);
        return validator.validate(token, nonce);
    }

    /** For an issuer that tells addresses only on request. */
    private UserInfo userInfo(OIDCTokens tokens, IDTokenClaimsSet claims, OIDCProviderMetadata metadata)
            throws IssuerException {
        URI endpoint = metadata.getUserInfoEndpointURI();
        try {
            UserInfoResponse response = UserInfoResponse.parse(
                    calls.send(new UserInfoRequest(endpoint, tokens.getAccessToken()).toHTTPRequest()));
            UserInfo told =
                    response.indicatesSuccess() ? response.toSuccessResponse().getUserInfo() : null;
            if (told == null || !claims.getSubject().equals(told.getSubject())) {
                throw new IssuerException(Kind.UNPROVEN, "%s says nothing of them".formatted(endpoint), null);
            }
            return told;
        } catch (ParseException e) {
            throw new IssuerException(Kind.AWAY, "%s answered with no claims".formatted(endpoint), e);
        }
    }

    private Identity identity(String subject, ClaimsSet claims) {
        Object verified = claims.getClaim(UserInfo.EMAIL_VERIFIED_CLAIM_NAME);
        return new Identity(
                settings.url(),
                subject,
                claims.getStringClaim(UserInfo.EMAIL_CLAIM_NAME),
                // Some write it as a text.
                Boolean.TRUE.equals(verified)
                        || "true".equals(verified)
                        || (verified == null && settings.trustsEmail()),
                claims.getStringClaim(UserInfo.NAME_CLAIM_NAME));
    }

    private OIDCProviderMetadata metadata() throws IssuerException {
        return described.get(this::describe);
    }

    private OIDCProviderMetadata describe() throws IssuerException {
        OIDCProviderMetadata metadata;
        try {
            metadata = OIDCProviderMetadata.parse(calls.text(settings.discovery()));
        } catch (ParseException e) {
            throw new IssuerException(Kind.AWAY, "%s describes no issuer".formatted(settings.discovery()), e);
        }
        if (!settings.url().equals(metadata.getIssuer().getValue())) {
            throw new IssuerException(
                    Kind.AWAY, "%s describes itself as %s".formatted(settings.url(), metadata.getIssuer()), null);
        }
        if (!IssuerSettings.isSafe(metadata.getAuthorizationEndpointURI())
                || !IssuerSettings.isSafe(metadata.getTokenEndpointURI())
                || !IssuerSettings.isSafe(metadata.getJWKSetURI())
                || (metadata.getUserInfoEndpointURI() != null
                        && !IssuerSettings.isSafe(metadata.getUserInfoEndpointURI()))) {
            throw new IssuerException(
                    Kind.AWAY, "%s has no safe addresses of all that is needed".formatted(settings.url()), null);
        }
        return metadata;
    }
}
