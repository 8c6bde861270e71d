package com.promptmanage.service.oidc;

import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.Nonce;

/**
 * What is remembered of someone who was sent to an issuer, until they come back.
 *
 * @param state goes along and comes back: by it the attempt is found
 * @param nonce stands in the token that is for this attempt, and in no other
 * @param verifier proves that who fetches the token is who sent them: only its hash goes along
 */
public record Attempt(String state, String nonce, String verifier) {

    /** Each 256 random bits. */
    public static Attempt make() {
        return new Attempt(new State(32).getValue(), new Nonce(32).getValue(), new CodeVerifier().getValue());
    }

    @Override
    public String toString() {
        return "Attempt[]";
    }
}
