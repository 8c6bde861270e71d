package com.promptmanage.benchmarks;

import java.io.IOException;
import java.net.URI;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;

/**
 * Makes the same call again and again, by as many threads as there are calls under way. Finds a connection that is free at once,
 * however many there are: the JDK's client searches all of them, and after a pile-up of thousands takes processor time from whatever
 * is measured.
 */
final class GatewayCaller implements AutoCloseable {

    /** More calls are never under way. */
    private static final int CONNECTIONS_MAX = 20_000;

    private final CloseableHttpClient client = HttpClients.custom()
            .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                    .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                    .setConnPoolPolicy(PoolReusePolicy.LIFO)
                    .setMaxConnTotal(CONNECTIONS_MAX)
                    .setMaxConnPerRoute(CONNECTIONS_MAX)
                    .build())
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement()
            .disableContentCompression()
            .build();

    private final URI uri;

    private final String body;

    private final String key;

    GatewayCaller(URI uri, String body, String key) {
        this.uri = uri;
        this.body = body;
        this.key = key;
    }

    /** Returns when the answer has ended, whether all went well. */
    boolean call() {
        var request = ClassicRequestBuilder.post(uri)
                .addHeader("Authorization", "Bearer " + key)
                .addHeader("Prompt-Manage-Provider-Key", "sk-any")
                .setEntity(body, ContentType.APPLICATION_JSON)
                .build();
        try {
            return client.execute(request, answer -> {
                EntityUtils.consume(answer.getEntity());
                return answer.getCode() == HttpStatus.SC_OK;
            });
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
