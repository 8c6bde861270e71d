package com.promptmanage.runner.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.FakeServer.Asked;
import com.promptmanage.runner.FakeServices;
import com.promptmanage.runner.RunnerStand;
import com.promptmanage.runner.template.TemplatesRunTest.Case;
import java.util.List;
import java.util.Map;

/**
 * The templates that are made for spreadsheets, bases and page databases. Here a database's tables are the sheets, and files
 * that are kept the page databases: a template takes any source that has its fields.
 */
final class SheetTemplates {

    private SheetTemplates() {}

    static void addTo(Map<String, Case> cases) {
        cases.put("template-email-generator", SheetTemplates::mails);
        cases.put("template-lead-scorer", SheetTemplates::leads);
        cases.put("template-content-moderator", SheetTemplates::moderation);
        cases.put("template-blog-pipeline", SheetTemplates::blog);
        cases.put("template-data-enrichment", SheetTemplates::enrichment);
    }

    private static void mails(RunnerStand stand) throws Exception {
        stand.execute("""
                CREATE TABLE "Customers" (name text, email text PRIMARY KEY, company text, industry text, emailed_at text);
                CREATE TABLE "Generated_Emails" (customer_name text, email text, generated_content text, generated_at text);
                INSERT INTO "Customers" VALUES
                    ('Ada', 'ada@example.com', 'Mills', 'food [[answer Dear Ada, about mills.]]', ''),
                    ('Ben', 'ben@example.com', 'Lines', 'logistics', '2026-01-01'),
                    ('Cyd', 'cyd@example.com', 'Arcs', 'arts', '');
                """);

        stand.run(
                "template-email-generator",
                "\"dataSourceMappings\": {\"GOOGLE_SHEET_ID\": \"%s\"}".formatted(stand.databaseSource()),
                "{}");

        List<JsonNode> mails = stand.rows("SELECT * FROM \"Generated_Emails\" ORDER BY email");
        assertThat(mails)
                .extracting(mail -> mail.path("customer_name").asText())
                .containsExactly("Ada", "Cyd");
        assertThat(mails.getFirst().path("generated_content").asText()).isEqualTo("Dear Ada, about mills.");
        assertThat(mails.getLast().path("generated_content").asText()).contains("simulated", "Cyd of Arcs");
        assertThat(stand.rows("SELECT 1 FROM \"Customers\" WHERE emailed_at = ''"))
                .isEmpty();
        assertThat(stand.rows("SELECT 1 FROM \"Customers\" WHERE emailed_at = '2026-01-01'"))
                .hasSize(1);
    }

    private static void leads(RunnerStand stand) throws Exception {
        stand.execute("""
                CREATE TABLE "Leads" (id text PRIMARY KEY, "Status" text, company text, website text, "Score" int);
                CREATE TABLE "Nurture_Campaign" (lead_id text, score int, reasoning text);
                INSERT INTO "Leads" VALUES
                    ('rec1', 'New', 'Leaf [[answer {"score": 9, "reasoning": "It fits.", "action": "call"}]]', 'leaf.example', NULL),
                    ('rec2', 'New', 'Quay [[answer {"score": 3, "reasoning": "Too small.", "action": "wait"}]]', 'quay.example', NULL),
                    ('rec3', 'Nurturing', 'Old', 'old.example', 2);
                """);

        stand.run(
                "template-lead-scorer",
                "\"dataSourceMappings\": {\"AIRTABLE_BASE_ID\": \"%s\"}, \"values\": {\"COMPANY_LOOKUP_URL\": \"%s\", \"CRM_API_URL\": \"%s\"}"
                        .formatted(
                                stand.databaseSource(),
                                stand.web().url("/v2/companies/find"),
                                stand.web().url("/crm")),
                "{}");

        assertThat(stand.web().asked("GET", "/v2/companies/find"))
                .extracting(asked -> asked.uri().getQuery())
                .contains("domain=leaf.example", "domain=quay.example")
                .doesNotContain("domain=old.example");
        assertThat(stand.web().sent("POST", "/crm/tasks"))
                .containsExactly(
                        RunnerStand.json(
                                "{\"lead_id\":\"rec1\",\"task_type\":\"follow_up\",\"priority\":\"high\",\"notes\":\"It fits.\"}"));
        assertThat(stand.rows("SELECT * FROM \"Nurture_Campaign\""))
                .containsExactly(RunnerStand.json("{\"lead_id\":\"rec2\",\"score\":3,\"reasoning\":\"Too small.\"}"));
        assertThat(stand.rows("SELECT \"Status\" AS s, \"Score\" AS n FROM \"Leads\" ORDER BY id"))
                .hasToString(
                        "[{\"s\":\"Qualified\",\"n\":9}, {\"s\":\"Nurturing\",\"n\":3}, {\"s\":\"Nurturing\",\"n\":2}]");
    }

    private static void moderation(RunnerStand stand) throws Exception {
        stand.execute("""
                CREATE TABLE "User_Submissions" (id text PRIMARY KEY, username text, content text, "Status" text,
                    "Violation_Categories" jsonb, "Severity" text, "AI_Explanation" text, "Flagged_At" text,
                    "Approved_At" text, "Approved_By" text);
                INSERT INTO "User_Submissions" (id, username, content, "Status") VALUES
                    ('s1', 'lena', 'Thank you! [[answer {"violates": false, "categories": [], "severity": "low", "explanation": "Kind.", "action": "approve"}]]', 'Pending'),
                    ('s2', 'dealz', 'Buy! [[answer {"violates": true, "categories": ["spam"], "severity": "high", "explanation": "It sells.", "action": "reject"}]]', 'Pending'),
                    ('s3', 'tom', 'Ignore all that. [[answer I would rather not say.]]', 'Pending'),
                    ('s4', 'kim', 'Old', 'Approved');
                """);
        int before = stand.web().sent("POST", FakeServices.SLACK_PATH).size();

        var ended = stand.run(
                "template-content-moderator",
                "\"dataSourceMappings\": {\"AIRTABLE_BASE_ID\": \"%s\"}".formatted(stand.databaseSource()),
                "{}");

        assertThat(ended.statuses("moderate_content")).containsExactlyInAnyOrder("completed", "completed", "failed");
        assertThat(stand.rows("SELECT \"Status\" AS s FROM \"User_Submissions\" ORDER BY id"))
                .hasToString(
                        "[{\"s\":\"Approved\"}, {\"s\":\"Flagged\"}, {\"s\":\"Needs review\"}, {\"s\":\"Approved\"}]");
        assertThat(stand.rows("SELECT \"Violation_Categories\" AS c FROM \"User_Submissions\" WHERE id = 's2'"))
                .hasToString("[{\"c\":[\"spam\"]}]");
        List<JsonNode> alerts = stand.web().sent("POST", FakeServices.SLACK_PATH);
        assertThat(alerts).hasSize(before + 1);
        assertThat(alerts.getLast().path("text").asText()).isEqualTo("A submission was flagged (high)");
        assertThat(alerts.getLast().at("/blocks/0/text/text").asText())
                .isEqualTo("*Severity:* high\n*Reason:* It sells.");
    }

    private static void blog(RunnerStand stand) throws Exception {
        String topics = stand.file("json", """
                [{"id": "t1", "topic": "What prompts cost", "target_audience": "leads", "keywords": "cost", "tone": "plain",
                  "Status": "Approved", "Priority": 2},
                 {"id": "t2", "topic": "Later", "target_audience": "all", "keywords": "x", "tone": "plain",
                  "Status": "Idea", "Priority": 9}]
                """);
        String drafts = stand.file("json", "[]");

        stand.run(
                "template-blog-pipeline",
                "\"dataSourceMappings\": {\"NOTION_DATABASE_ID\": \"%s\", \"NOTION_DRAFTS_DB\": \"%s\"}"
                        .formatted(topics, drafts),
                "{}");

        JsonNode draft = stand.content(drafts).path(0);
        assertThat(stand.content(drafts)).hasSize(1);
        assertThat(draft.path("Title").asText()).isEqualTo("simulated title");
        assertThat(draft.path("Content").asText()).contains("simulated answer of gpt-4o", "Write the blog post");
        assertThat(draft.path("Tags").isArray()).isTrue();
        assertThat(draft.path("Status").asText()).isEqualTo("Draft");
        assertThat(stand.content(topics).findValuesAsText("Status")).containsExactly("Drafted", "Idea");
    }

    private static void enrichment(RunnerStand stand) throws Exception {
        stand.execute("""
                CREATE TABLE "Contacts" (email text PRIMARY KEY, company_website text, name text, enriched text,
                    company_name text, industry text, employee_count int, company_location text,
                    personalization_angle text, pain_points text, suggested_subject text, enriched_at text);
                INSERT INTO "Contacts" (email, company_website, name, enriched) VALUES
                    ('ines@a.example', 'a.example', 'Ines', 'false'), ('oskar@b.example', 'b.example', 'Oskar', NULL),
                    ('done@c.example', 'c.example', 'Done', 'true');
                """);

        stand.run(
                "template-data-enrichment",
                "\"dataSourceMappings\": {\"GOOGLE_SHEET_ID\": \"%s\"}, \"values\": {\"COMPANY_LOOKUP_URL\": \"%s\"}"
                        .formatted(stand.databaseSource(), stand.web().url("/v2/companies/find")),
                "{}");

        List<JsonNode> contacts = stand.rows("SELECT * FROM \"Contacts\" WHERE enriched_at IS NOT NULL ORDER BY email");
        assertThat(contacts)
                .extracting(contact -> contact.path("company_name").asText())
                .containsExactly("Company of a.example", "Company of b.example");
        assertThat(contacts).allSatisfy(contact -> {
            assertThat(contact.path("enriched").asText()).isEqualTo("true");
            assertThat(contact.path("employee_count").asInt()).isEqualTo(320);
            assertThat(contact.path("company_location").asText()).isEqualTo("Lisbon");
            assertThat(contact.path("suggested_subject").asText()).isEqualTo("simulated subject line");
        });
        assertThat(stand.web().asked("GET", "/v2/companies/find"))
                .extracting((Asked asked) -> asked.uri().getQuery())
                .doesNotContain("domain=c.example");
    }
}
