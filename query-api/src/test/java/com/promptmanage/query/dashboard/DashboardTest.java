package com.promptmanage.query.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DashboardTest {

    private static HttpServer server;

    private static HttpClient http;

    @BeforeAll
    static void start() {
        Routes api = routes -> {
            routes.get("/api/thing", ctx -> ctx.result("a thing"));
            routes.get("/api/lost", ctx -> {
                throw ProblemException.notFound("There is no such thing.");
            });
            routes.post("/sent", ctx -> ctx.result("taken"));
        };
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
                "/dashboard/workflows/wf_1/executions/exec_1",
                "/dashboard/usage/",
                "/dashboard/Usage",
                "/invite/Zm9vYmFy_-1",
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
    @ValueSource(
            strings = {"/api/nothing", "/nothing", "/dashboard/nothing", "/settings/nothing", "/assets/nothing.js"})
    void whatIsNotThereIsToldToProgramsAsBefore(String address) throws Exception {
        HttpResponse<String> answer = get(address);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    /** As a browser asks when somebody has mistyped an address. */
    private static final String BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/nothing/at/all",
                "/apis",
                "/team/nothing",
                "/dashboard/nothing",
                "/dashboard/usage/nothing",
                "/dashboard/workflows/wf_1/nothing",
                "/dashboards",
                "/settings/nothing",
                "/sign-in/nothing",
                "/invite"
            })
    void whoeverLooksIsToldByThePageThatThereIsNothing(String address) throws Exception {
        HttpResponse<String> page = get(address, BROWSER);
        assertThat(page.statusCode()).isEqualTo(404);
        assertThat(page.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/html"));
        assertThat(page.body()).contains("<html lang=\"en\">", "<div id=\"root\">");
        assertThat(page.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(page.headers().allValues("Vary")).contains("Accept");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json, text/html;q=0.5",
                "text/html;q=0.1, */*",
                "text/html5",
                "*/*"
            })
    void aProgramThatTakesAPageTooIsToldAsBefore(String accepted) throws Exception {
        HttpResponse<String> answer = get("/nothing", accepted);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.headers().allValues("Vary")).contains("Accept");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/nothing", "/api", "/api/lost", "/assets/nothing.js", "/v1/nothing", "/gateway/no"})
    void whatPersonsDoNotTypeIsToldThemAsToPrograms(String address) throws Exception {
        HttpResponse<String> answer = get(address, BROWSER);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    /** An address that takes another method is there. */
    @Test
    void whatTakesAnotherMethodIsNotSaidToBeNothing() throws Exception {
        assertThat(get("/sent", BROWSER).statusCode()).isEqualTo(405);
    }

    private static final Pattern LINK =
            Pattern.compile("<link rel=\"modulepreload\" crossorigin[^>]* href=\"(/[^\"]+)\"");

    /** What is asked for once the first scripts run comes later by all that those take. */
    @Test
    void whatAPageLoadsIsLinkedInItsDocument() throws Exception {
        List<String> common = linked("/");
        List<String> ofUsage = linked("/dashboard/usage?team=team_x");
        assertThat(ofUsage).doesNotHaveDuplicates().containsAll(common);
        assertThat(ofUsage)
                .anyMatch(file -> file.startsWith("/assets/usage-page-"))
                .anyMatch(file -> file.startsWith("/assets/trend-"));
        assertThat(linked("/dashboard")).isEqualTo(ofUsage);
        assertThat(linked("/dashboard/alerts"))
                .containsAll(common)
                .anyMatch(file -> file.startsWith("/assets/alerts-page-"))
                .noneMatch(file -> file.startsWith("/assets/usage-page-"));
        for (String file : ofUsage) {
            assertThat(get(file).statusCode()).as(file).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"/dashboard/usage, usage-page", "/dashboard/team, team-dashboard-page"})
    void theChartComesAfterWhatThePageIsThereWithout(String address, String page) throws Exception {
        assertThat(get(address).body())
                .containsPattern("<link rel=\"modulepreload\" crossorigin fetchpriority=\"low\" href=\"/assets/trend-")
                .containsPattern("<link rel=\"modulepreload\" crossorigin href=\"/assets/" + page)
                .doesNotContainPattern("fetchpriority=\"low\" href=\"/assets/" + page);
    }

    @ParameterizedTest
    @CsvSource({
        "/dashboard/usage, true",
        "/dashboard, true",
        "/settings/team, true",
        "/welcome, true",
        "/sign-in, false",
        "/invite/some, false"
    })
    void whoIsSignedInIsAskedAtOnceWhereAPageAsksItFirst(String address, boolean isAsked) throws Exception {
        String question = "<link rel=\"preload\" as=\"fetch\" crossorigin href=\"/api/auth/me\" />";
        assertThat(get(address).body().contains(question)).isEqualTo(isAsked);
    }

    private static final Pattern ROUTE = Pattern.compile("createRoute\\(\\{(.*?)\n}\\);", Pattern.DOTALL);

    private static final Pattern PATH = Pattern.compile("\\bpath: \"(/[^\"]+)\"");

    private static final Pattern MODULE = Pattern.compile("\\bimport\\(\"([^\"]+)\"\\)");

    /** A page that the router has and the server does not know would be shown, and be told as none. */
    @Test
    void theServerKnowsThePagesThatTheRouterHas() throws Exception {
        var paths = new ArrayList<String>();
        var modules = new HashMap<String, String>();
        Matcher route = ROUTE.matcher(Files.readString(Path.of("dashboard/src/app/router.tsx")));
        while (route.find()) {
            Matcher path = PATH.matcher(route.group(1));
            if (path.find()) {
                paths.add(path.group(1));
                Matcher module = MODULE.matcher(route.group(1));
                if (module.find()) {
                    modules.put(path.group(1), module.group(1).replace("@/", "").replace("./", "app/"));
                }
            }
        }
        assertThat(Pages.MODULES.keySet()).containsExactlyInAnyOrderElementsOf(paths);
        assertThat(modules).hasSizeGreaterThan(20);
        assertThat(Pages.MODULES).containsAllEntriesOf(modules);
    }

    private static List<String> linked(String address) throws IOException, InterruptedException {
        return LINK.matcher(get(address).body())
                .results()
                .map(link -> link.group(1))
                .toList();
    }

    @Test
    void anApiBesideItAnswersForItself() throws Exception {
        assertThat(get("/api/thing").body()).isEqualTo("a thing");
    }

    private static HttpResponse<String> get(String address) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(server.baseUri().resolve(address)).build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String address, String accepted) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(server.baseUri().resolve(address))
                        .header("Accept", accepted)
                        .build(),
                BodyHandlers.ofString());
    }
}
