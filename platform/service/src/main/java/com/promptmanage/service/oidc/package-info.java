/** Signing in with an issuer of identities, by OpenID Connect: what goes to and fro, and what is checked of it. */
@NullMarked
package com.promptmanage.service.oidc;

import org.jspecify.annotations.NullMarked;
