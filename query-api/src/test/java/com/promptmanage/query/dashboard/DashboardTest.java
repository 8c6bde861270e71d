package com.promptmanage.query.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Routes;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DashboardTest {

    private static HttpServer server;

    private static HttpClient http;

    @BeforeAll
    static void start() {
        Routes api = routes -> routes.get("/api/thing", ctx -> ctx.result("a thing"));
        server = HttpServer.start(HttpServer.Options.onPort(0).withCustomization(new Dashboard()), List.of(api));
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/sign-in",
                "/reset-password",
                "/sign-up",
                "/dashboard/usage?team=team_x",
                "/dashboard/workflows/wf_1",
                "/settings/budget"
            })
    void everyAddressOfTheDashboardIsItsPage(String address) throws Exception {
        HttpResponse<String> page = get(address);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("<div id=\"root\">");
        assertThat(page.headers().firstValue("Cache-Control")).contains("no-cache");
    }

    @Test
    void thePageMayRunOnlyItsOwnScripts() throws Exception {
        HttpResponse<String> page = get("/dashboard/usage");
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy ->
                        assertThat(policy).contains("script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'"));
        assertThat(page.body()).doesNotContainPattern("<script(?![^>]*\\bsrc=)").doesNotContain("onload=");
    }

    @Test
    void whatThePageLoadsIsCompressedAndKeptForGood() throws Exception {
        Matcher script = Pattern.compile("src=\"(/assets/[^\"]+\\.js)\"").matcher(get("/").body());
        assertThat(script.find()).isTrue();
        HttpRequest request = HttpRequest.newBuilder(server.baseUri().resolve(script.group(1)))
                .header("Accept-Encoding", "gzip")
                .build();
        HttpResponse<byte[]> file = http.send(request, BodyHandlers.ofByteArray());
        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(file.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(file.headers().firstValue("Cache-Control"))
                .hasValueSatisfying(kept -> assertThat(kept).contains("immutable"));
        assertThat(file.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).contains("javascript"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/nothing", "/nothing", "/assets/nothing.js"})
    void whatIsNotThereIsToldToProgramsAsBefore(String address) throws Exception {
        HttpResponse<String> answer = get(address);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void anApiBesideItAnswersForItself() throws Exception {
        assertThat(get("/api/thing").body()).isEqualTo("a thing");
    }

    private static HttpResponse<String> get(String address) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(server.baseUri().resolve(address)).build(), BodyHandlers.ofString());
    }
}
