package com.promptmanage.runner.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.FakeServices;
import com.promptmanage.runner.RunnerStand;
import com.promptmanage.runner.RunnerStand.Ended;
import com.promptmanage.runner.RunnerStand.Mailed;
import com.promptmanage.runner.template.TemplatesRunTest.Case;
import java.util.List;
import java.util.Map;

/** The templates that read from an API, or are started with data, and tell people. */
final class MessageTemplates {

    private MessageTemplates() {}

    static void addTo(Map<String, Case> cases) {
        cases.put("template-ticket-triage", MessageTemplates::tickets);
        cases.put("template-news-digest", MessageTemplates::news);
        cases.put("template-release-notes", MessageTemplates::releaseNotes);
        cases.put("template-metric-watch", MessageTemplates::metric);
        cases.put("template-incident-summary", MessageTemplates::incident);
        cases.put("template-inbound-lead", MessageTemplates::inboundLead);
        cases.put("template-meeting-actions", MessageTemplates::meeting);
        cases.put("template-onboarding-mails", MessageTemplates::onboarding);
    }

    private static void tickets(RunnerStand stand) throws Exception {
        String url = stand.web().file("/api/v2/tickets.json", """
                {"tickets": [
                   {"id": 35436, "subject": "Cannot sign in", "status": "open",
                    "body": "Since today. [[answer {\\"topic\\": \\"account\\", \\"urgency\\": 5, \\"summary\\": \\"Locked out.\\"}]]"},
                   {"id": 20057623, "subject": "Invoice address", "status": "open",
                    "body": "Please change it. [[answer {\\"topic\\": \\"billing\\", \\"urgency\\": 1, \\"summary\\": \\"New address.\\"}]]"}],
                 "count": 2, "next_page": null, "previous_page": null}
                """);
        String source = stand.api("{\"url\": \"%s\", \"writeUrl\": \"%s\", \"responsePath\": \"$.tickets[*]\"}"
                .formatted(url, stand.web().url("/api/v2/tickets")));

        Ended ended = stand.run(
                "template-ticket-triage", "\"dataSourceMappings\": {\"TICKETS\": \"%s\"}".formatted(source), "{}");

        assertThat(stand.web().sent("PATCH", "/api/v2/tickets/35436"))
                .containsExactly(RunnerStand.json("{\"topic\":\"account\",\"urgency\":5,\"summary\":\"Locked out.\"}"));
        assertThat(stand.web().sent("PATCH", "/api/v2/tickets/20057623"))
                .containsExactly(
                        RunnerStand.json("{\"topic\":\"billing\",\"urgency\":1,\"summary\":\"New address.\"}"));
        assertThat(ended.statuses("call_help")).containsExactlyInAnyOrder("completed", "skipped");
        assertThat(slack(stand)).contains("Urgent ticket 35436 (account): Locked out.");
    }

    private static void news(RunnerStand stand) throws Exception {
        String source = stand.source(
                "api",
                "{\"url\": \"%s\", \"responsePath\": \"$.articles[*]\"}"
                        .formatted(stand.web().file("/v2/everything", """
                {"status": "ok", "totalResults": 2, "articles": [
                   {"source": {"id": null, "name": "Hive"}, "author": null, "title": "Bees are back", "description": "In June.",
                    "url": "https://news.example/1", "publishedAt": "2026-06-01T00:00:00Z", "content": "…"},
                   {"source": {"id": null, "name": "Hive"}, "author": "A", "title": "Honey", "description": null,
                    "url": "https://news.example/2", "publishedAt": "2026-06-02T00:00:00Z", "content": "…"}]}
                """)));

        Ended ended = stand.run(
                "template-news-digest",
                "\"dataSourceMappings\": {\"NEWS\": \"%s\"}, \"values\": {\"SUBJECT\": \"bees [[answer Bees are back: https://news.example/1]]\"}"
                        .formatted(source),
                "{}");

        assertThat(RunnerStand.json(ended.output("short"))).hasSize(2);
        assertThat(slack(stand)).contains("Bees are back: https://news.example/1");
    }

    private static void releaseNotes(RunnerStand stand) throws Exception {
        String source =
                stand.source("api", "{\"url\": \"%s\"}".formatted(stand.web().file("/repos/acme/shop/commits", """
                [{"sha": "6dcb09b5", "node_id": "C_1", "commit": {"message": "The basket keeps its contents",
                   "author": {"name": "Mona", "date": "2026-04-14T16:00:49Z"}, "comment_count": 0}, "parents": []},
                 {"sha": "7dcb09b6", "node_id": "C_2", "commit": {"message": "Faster search [[answer ## Better: faster search]]",
                   "author": {"name": "Mona", "date": "2026-04-15T16:00:49Z"}, "comment_count": 0}, "parents": []}]
                """)));

        Ended ended = stand.run(
                "template-release-notes", "\"dataSourceMappings\": {\"COMMITS\": \"%s\"}".formatted(source), "{}");

        assertThat(ended.output("messages")).contains("The basket keeps its contents");
        assertThat(slack(stand)).contains("## Better: faster search");
    }

    private static void metric(RunnerStand stand) throws Exception {
        String unusual = metricSource(stand, "/metrics/unusual", "10, 12, 11, 40");
        String usual = metricSource(stand, "/metrics/usual", "10, 12, 11, 12");
        String values = "\"dataSourceMappings\": {\"METRICS\": \"%s\"}, \"values\": {\"FACTOR\": \"2\"}";

        Ended loud = stand.run("template-metric-watch", values.formatted(unusual), "{}");
        Ended quiet = stand.run("template-metric-watch", values.formatted(usual), "{}");

        assertThat(loud.output("compare")).contains("40", "18.25");
        assertThat(slack(stand)).anyMatch(text -> text.startsWith(":chart_with_upwards_trend: [simulated answer"));
        assertThat(quiet.statuses("explain")).containsExactly("skipped");
        assertThat(quiet.execution().path("totalTokens").asLong()).isZero();
    }

    private static String metricSource(RunnerStand stand, String path, String values) {
        String points = values.replaceAll("(\\d+)", "{\"time\": \"2026-01-01T00:00:00Z\", \"value\": $1}");
        return stand.source(
                "api",
                "{\"url\": \"%s\", \"responsePath\": \"$.data[*]\"}"
                        .formatted(stand.web().file(path, "{\"data\": [" + points + "]}")));
    }

    private static void incident(RunnerStand stand) throws Exception {
        stand.run("template-incident-summary", "", """
                {"status": "firing", "alerts": [{"labels": {"alertname": "HighLatency"},
                 "annotations": {"summary": "p99 above 2 s [[answer Checkout is slow since 12:01.]]"}}]}
                """);

        assertThat(slack(stand)).contains(":rotating_light: Checkout is slow since 12:01.");
    }

    private static void inboundLead(RunnerStand stand) throws Exception {
        String offer = "\"values\": {\"OUR_OFFER\": \"We bake bread.\"}";
        String form =
                "{\"name\": \"Ada\", \"company\": \"Mills\", \"email\": \"%s\", \"message\": \"Hi [[answer {\\\"kind\\\": \\\"%s\\\", \\\"interest\\\": 8, \\\"summary\\\": \\\"Wants bread.\\\"}]]\"}";

        stand.run("template-inbound-lead", offer, form.formatted("ada@lead.example", "lead"));
        Ended spam = stand.run("template-inbound-lead", offer, form.formatted("spam@lead.example", "spam"));

        List<Mailed> mails = stand.mails("ada@lead.example");
        assertThat(mails).extracting(Mailed::subject).containsExactly("Your message to us");
        assertThat(mails.getFirst().text()).contains("[simulated answer of gpt-4o-mini]", "Ada, who wrote to us");
        assertThat(slack(stand)).contains("New lead: Ada (Mills), interest 8/10. Wants bread.");
        assertThat(stand.mails("spam@lead.example")).isEmpty();
        assertThat(spam.statuses("tell_sales")).containsExactly("skipped");
    }

    private static void meeting(RunnerStand stand) throws Exception {
        stand.run(
                "template-meeting-actions",
                "\"values\": {\"TASKS_URL\": \"%s\"}".formatted(stand.web().url("/tasks")),
                "{\"transcript\": \"Ada: I call the printer. Ben: fine.\"}");

        assertThat(stand.web().sent("POST", "/tasks"))
                .extracting(JsonNode::toString)
                .containsExactlyInAnyOrder(
                        "{\"title\":\"simulated title 1\",\"owner\":\"simulated owner 1\",\"due\":\"simulated due 1\"}",
                        "{\"title\":\"simulated title 2\",\"owner\":\"simulated owner 2\",\"due\":\"simulated due 2\"}");
        assertThat(slack(stand)).contains("simulated summary\n2 tasks were created.");
    }

    private static void onboarding(RunnerStand stand) throws Exception {
        String workflow = stand.deploy(
                "template-onboarding-mails", "\"values\": {\"PRODUCT\": \"Breadbox, which keeps bread.\"}");
        String execution =
                stand.trigger(workflow, "{\"name\": \"Zoe\", \"role\": \"a baker\", \"email\": \"zoe@new.example\"}");
        stand.skipDelay(execution, "two_days");

        stand.awaitCompleted(workflow, execution);

        assertThat(stand.mails("zoe@new.example"))
                .extracting(Mailed::subject)
                .containsExactly("Welcome, Zoe", "How is it going?");
    }

    /** The texts that were posted. */
    private static List<String> slack(RunnerStand stand) {
        return stand.web().sent("POST", FakeServices.SLACK_PATH).stream()
                .map(message -> message.path("text").asText())
                .toList();
    }
}
