package com.promptmanage.service.oidc;

import org.jspecify.annotations.Nullable;

/**
 * Who someone is, as an issuer says.
 *
 * @param issuer as it names itself
 * @param subject never given to someone else by this issuer
 * @param email as it was told; null if it was not
 * @param emailVerified whether the issuer says, or the operator for it, that they read this address
 * @param name null if it was not told
 */
public record Identity(
        String issuer,
        String subject,
        @Nullable String email,
        boolean emailVerified,
        @Nullable String name) {}
