package com.promptmanage.service.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.oidc.IssuerException.Kind;
import org.junit.jupiter.api.Test;

class IssuerExceptionTest {

    @Test
    void whatComesFromOutsideMakesNoSecondLineInALog() {
        var told = new IssuerException(
                Kind.REFUSED,
                "access_denied\r\n12:00 INFO all is well\u2028\u202egpj.exe\u0000" + "x".repeat(1_000),
                null);

        assertThat(told.getMessage())
                .startsWith("access_denied??12:00 INFO all is well??gpj.exe?xxx")
                .hasSizeLessThan(600);
    }
}
