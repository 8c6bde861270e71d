package com.promptmanage.runner.trigger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HookSignatureTest {

    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

    private static final byte[] BODY = "{\"order\": 7}".getBytes(UTF_8);

    @Test
    void isGoodForThisBodyThisSecretAndFiveMinutes() {
        String signature = HookSignature.sign(null, BODY, "secret", NOW);

        assertThat(HookSignature.isGood(signature, null, BODY, List.of("secret"), NOW))
                .isTrue();
        assertThat(HookSignature.isGood(signature, null, BODY, List.of("new", "secret"), NOW.plusSeconds(299)))
                .isTrue();
        assertThat(HookSignature.isGood(signature, null, BODY, List.of("secret"), NOW.plusSeconds(301)))
                .isFalse();
        assertThat(HookSignature.isGood(signature, null, BODY, List.of("secret"), NOW.minusSeconds(301)))
                .isFalse();
        assertThat(HookSignature.isGood(signature, null, BODY, List.of("other"), NOW))
                .isFalse();
        assertThat(HookSignature.isGood(signature, null, BODY, List.of(), NOW)).isFalse();
        assertThat(HookSignature.isGood(signature, null, "{\"order\": 8}".getBytes(UTF_8), List.of("secret"), NOW))
                .isFalse();
    }

    @Test
    void nothingElseIsASignature() {
        for (String header :
                List.of("", "t=", "v1=", "t=1,v1=zz", "t=9999999999999,v1=00", ",,,", "t=x,v1=" + "0".repeat(64))) {
            assertThat(HookSignature.isGood(header, null, BODY, List.of("secret"), NOW))
                    .as(header)
                    .isFalse();
        }
        assertThat(HookSignature.isGood(null, null, BODY, List.of("secret"), NOW))
                .isFalse();
    }

    @Test
    void asStandardWebhooksHasItTheIdIsSignedToo() {
        // An example that the makers of the standard publish.
        String secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        String id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        String signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        byte[] body = "{\"test\": 2432232314}".getBytes(UTF_8);
        Instant then = Instant.ofEpochSecond(1_614_265_330);
        var signed = new StandardSignature(id, "1614265330", "v1a,xyz v1,!! " + signature);

        assertThat(StandardSignature.sign(id, then, body, secret)).isEqualTo(signature);
        assertThat(signed.isGood(body, List.of("whsec_b3RoZXI=", "?", secret), then.plusSeconds(299)))
                .isTrue();
        assertThat(signed.isGood(body, List.of(secret), then.plusSeconds(301))).isFalse();
        assertThat(signed.isGood(BODY, List.of(secret), then)).isFalse();
        assertThat(signed.isGood(body, List.of("whsec_b3RoZXI=", ""), then)).isFalse();
        for (StandardSignature bad : List.of(
                new StandardSignature("msg_other", "1614265330", signature),
                new StandardSignature(id, "1614265331", signature),
                new StandardSignature(id, null, signature),
                new StandardSignature(id, "1614265330", null),
                new StandardSignature(id, "1614265330", "v1,"),
                new StandardSignature("", "1614265330", signature))) {
            assertThat(bad.isGood(body, List.of(secret), then)).as("%s", bad).isFalse();
        }
    }

    @Test
    void isWhatOthersComputeToo() {
        // printf '1764072000.{}' | openssl dgst -sha256 -hmac secret
        byte[] body = "{}".getBytes(UTF_8);
        Instant then = Instant.ofEpochSecond(1_764_072_000);
        assertThat(HookSignature.sign(null, body, "secret", then))
                .isEqualTo("t=1764072000,v1=81b012c92f1a0645d2eb7ad7e5c1f811304ead6e3b2ad6f395c87fcb608a7eba");
        // printf 'v2.1764072000.order-7\n{}' | openssl dgst -sha256 -hmac secret
        assertThat(HookSignature.sign("order-7", body, "secret", then))
                .isEqualTo("t=1764072000,v2=7c8a66760cd319760ea4566ffcb5ed900903c3700e654d29e3f0c20299c4a10e");
    }

    @Test
    void ofACallWithAKeyIsGoodForThatKeyOnly() {
        String signature = HookSignature.sign("order.7", BODY, "secret", NOW);
        String signatureWithoutKey = HookSignature.sign(null, BODY, "secret", NOW);

        assertThat(HookSignature.isGood(signature, "order.7", BODY, List.of("secret"), NOW))
                .isTrue();
        for (String key : Arrays.asList("order.8", "order", "", null)) {
            assertThat(HookSignature.isGood(signature, key, BODY, List.of("secret"), NOW))
                    .as("%s", key)
                    .isFalse();
            assertThat(HookSignature.isGood(signature.replace("v2", "v1"), key, BODY, List.of("secret"), NOW))
                    .as("%s", key)
                    .isFalse();
        }
        for (String key : List.of("order.7", "")) {
            assertThat(HookSignature.isGood(signatureWithoutKey.replace("v1", "v2"), key, BODY, List.of("secret"), NOW))
                    .as("%s", key)
                    .isFalse();
        }
    }
}
