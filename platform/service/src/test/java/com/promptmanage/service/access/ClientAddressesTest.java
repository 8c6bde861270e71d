package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.outbound.AddressRange;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests come from this machine, which stands for a proxy. */
class ClientAddressesTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static HttpServer server;

    @BeforeAll
    static void start() {
        var trusting = new ClientAddresses(
                List.of(AddressRange.of("127.0.0.0/8"), AddressRange.of("10.0.0.0/8"), AddressRange.of("fd00::/8")));
        var alone = new ClientAddresses(List.of());
        server = HttpServer.start(HttpServer.Options.onPort(0), List.of(routes -> {
            routes.get("/behind-proxies", ctx -> ctx.result(trusting.of(ctx)));
            routes.get("/alone", ctx -> ctx.result(alone.of(ctx)));
        }));
    }

    @AfterAll
    static void stop() {
        server.close();
        CLIENT.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
                    -                              | 127.0.0.1
                    203.0.113.1                    | 203.0.113.1
                    198.51.100.1, 203.0.113.1      | 203.0.113.1
                    198.51.100.1; 203.0.113.1      | 203.0.113.1
                    203.0.113.1, 10.1.2.3          | 203.0.113.1
                    203.0.113.1, 10.1.2.3, fd12::1 | 203.0.113.1
                    10.1.1.1, 10.2.2.2             | 10.1.1.1
                    203.0.113.1:4711               | 203.0.113.1
                    [2001:db8::1]:443              | 2001:db8::1
                    2001:db8::1                    | 2001:db8::1
                    unknown, 10.2.2.2              | 10.2.2.2
                    evil.example.com               | 127.0.0.1
                    999.1.1.1                      | 127.0.0.1
                    203.0.113.1,                   | 127.0.0.1
                    """)
    void onlyWhatATrustedProxyHasAddedIsBelieved(@Nullable String told, String address) throws Exception {
        assertThat(ask("/behind-proxies", told)).isEqualTo(address);
        assertThat(ask("/alone", told)).isEqualTo("127.0.0.1");
    }

    /** @param told several lines with semicolons between them */
    private static String ask(String path, @Nullable String told) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.baseUri() + path));
        if (told != null) {
            for (String line : told.split(";", -1)) {
                request.header("X-Forwarded-For", line.strip());
            }
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString()).body();
    }
}
