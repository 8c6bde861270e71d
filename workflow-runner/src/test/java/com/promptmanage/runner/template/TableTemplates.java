package com.promptmanage.runner.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.RunnerStand;
import com.promptmanage.runner.RunnerStand.Ended;
import com.promptmanage.runner.RunnerStand.Mailed;
import com.promptmanage.runner.template.TemplatesRunTest.Case;
import java.util.List;
import java.util.Map;

/** The templates that work on tables and files. */
final class TableTemplates {

    private TableTemplates() {}

    static void addTo(Map<String, Case> cases) {
        cases.put("template-review-report", TableTemplates::reviews);
        cases.put("template-invoice-extraction", TableTemplates::invoices);
        cases.put("template-sales-summary", TableTemplates::sales);
        cases.put("template-product-descriptions", TableTemplates::products);
        cases.put("template-translate-catalogue", TableTemplates::translations);
        cases.put("template-faq-builder", TableTemplates::questions);
        cases.put("template-churn-risk", TableTemplates::churn);
    }

    private static void reviews(RunnerStand stand) throws Exception {
        String source =
                stand.source("csv", "{\"url\": \"%s\"}".formatted(stand.web().file("/reviews.csv", """
                product,review
                Bread,"Crisp! [[answer {""sentiment"": 0.9, ""praise"": ""crust"", ""complaint"": ""price""}]]"
                Rolls,"Too small"
                """)));

        Ended ended = stand.run(
                "template-review-report",
                "\"dataSourceMappings\": {\"REVIEWS\": \"%s\"}, \"values\": {\"MAIL_TO\": \"reviews@shop.example\"}"
                        .formatted(source),
                "{}");

        JsonNode collected = RunnerStand.json(ended.output("collect"));
        assertThat(collected).hasSize(2);
        assertThat(collected.path(0).path("praise").asText()).isEqualTo("crust");
        List<Mailed> mails = stand.mails("reviews@shop.example");
        assertThat(mails).extracting(Mailed::subject).containsExactly("What customers say");
        assertThat(mails.getFirst().text()).contains("[simulated answer of gpt-4o]", "what 2 customers said");
    }

    private static void invoices(RunnerStand stand) throws Exception {
        stand.execute("""
                CREATE TABLE invoices (source_id text PRIMARY KEY, number text, supplier text, currency text, total numeric,
                    due_date date);
                """);
        String source =
                stand.source("json", "{\"url\": \"%s\"}".formatted(stand.web().file("/invoices.json", """
                [{"id": "in1", "text": "Flour Ltd, 1,250.25 EUR [[answer {\\"number\\": \\"R-7\\", \\"supplier\\": \\"Flour Ltd\\", \\"currency\\": \\"EUR\\", \\"total\\": 1250.25, \\"due_date\\": \\"2026-12-01\\", \\"complete\\": true}]]"},
                 {"id": "in2", "text": "A napkin [[answer {\\"number\\": null, \\"supplier\\": null, \\"currency\\": null, \\"total\\": null, \\"due_date\\": null, \\"complete\\": false}]]"}]
                """)));
        String customizations =
                "\"dataSourceMappings\": {\"INVOICES\": \"%s\", \"DATABASE\": \"%s\"}, \"values\": {\"MAIL_TO\": \"books@shop.example\"}"
                        .formatted(source, stand.databaseSource());

        stand.run("template-invoice-extraction", customizations, "{}");
        stand.run("template-invoice-extraction", customizations, "{}");

        // Once more is no other row.
        assertThat(stand.rows("SELECT * FROM invoices"))
                .hasToString(
                        "[{\"source_id\":\"in1\",\"number\":\"R-7\",\"supplier\":\"Flour Ltd\",\"currency\":\"EUR\",\"total\":1250.25,\"due_date\":\"2026-12-01\"}]");
        assertThat(stand.mails("books@shop.example"))
                .extracting(Mailed::subject)
                .containsExactly("Invoice in2 needs a look", "Invoice in2 needs a look");
    }

    private static void sales(RunnerStand stand) throws Exception {
        stand.execute("""
                CREATE TABLE sales (day date, product text, amount numeric, note text);
                INSERT INTO sales VALUES ('2026-11-20', 'Bread', 120.50, '[[answer 120.50 in all. Why no rolls?]]');
                CREATE VIEW sales_last_week AS SELECT * FROM sales;
                """);

        stand.run(
                "template-sales-summary",
                "\"dataSourceMappings\": {\"DATABASE\": \"%s\"}, \"values\": {\"MAIL_TO\": \"boss@shop.example\"}"
                        .formatted(stand.databaseSource()),
                "{}");

        List<Mailed> mails = stand.mails("boss@shop.example");
        assertThat(mails).extracting(Mailed::subject).containsExactly("Sales of the week");
        assertThat(mails.getFirst().text().strip()).isEqualTo("120.50 in all. Why no rolls?");
    }

    private static void products(RunnerStand stand) throws Exception {
        stand.execute("CREATE TABLE product_texts (sku text PRIMARY KEY, description text, keywords text)");
        stand.execute("INSERT INTO product_texts VALUES ('b1', 'old', 'old')");
        String source = stand.file("csv", """
                sku,name,features
                b1,Bread,"rye, 500 g"
                r1,Rolls,"wheat [[answer {""description"": ""Soft rolls."", ""keywords"": ""rolls, soft""}]]"
                """);

        stand.run(
                "template-product-descriptions",
                "\"dataSourceMappings\": {\"PRODUCTS\": \"%s\", \"DATABASE\": \"%s\"}"
                        .formatted(source, stand.databaseSource()),
                "{}");

        assertThat(stand.rows("SELECT * FROM product_texts ORDER BY sku"))
                .hasToString(
                        "[{\"sku\":\"b1\",\"description\":\"simulated description\",\"keywords\":\"simulated keywords\"}, {\"sku\":\"r1\",\"description\":\"Soft rolls.\",\"keywords\":\"rolls, soft\"}]");
    }

    private static void translations(RunnerStand stand) throws Exception {
        stand.execute("""
                CREATE TABLE texts (id int PRIMARY KEY, text text);
                CREATE TABLE translations (text_id int, language text, text text, PRIMARY KEY (text_id, language));
                INSERT INTO texts VALUES (1, 'Bread'), (2, 'Rolls');
                INSERT INTO translations VALUES (1, 'de', 'old');
                """);

        stand.run(
                "template-translate-catalogue",
                "\"dataSourceMappings\": {\"DATABASE\": \"%s\"}, \"values\": {\"LANGUAGES\": \"de, fr\"}"
                        .formatted(stand.databaseSource()),
                "{}");

        List<JsonNode> rows = stand.rows("SELECT * FROM translations ORDER BY text_id, language");
        assertThat(rows)
                .extracting(row ->
                        row.path("text_id").asInt() + row.path("language").asText())
                .containsExactly("1de", "1fr", "2de", "2fr");
        assertThat(rows)
                .allSatisfy(row -> assertThat(row.path("text").asText())
                        .startsWith("[simulated answer of gpt-4o-mini]")
                        .contains("Translate the text into the language with the code"));
    }

    private static void questions(RunnerStand stand) throws Exception {
        stand.execute("""
                CREATE TABLE tickets (id int, question text, answer text);
                INSERT INTO tickets VALUES (1, 'When do you open?', 'At six.'), (2, 'Opening hours?', 'Six to six.');
                CREATE VIEW answered_tickets AS SELECT * FROM tickets;
                """);

        stand.run(
                "template-faq-builder",
                "\"dataSourceMappings\": {\"DATABASE\": \"%s\"}, \"values\": {\"CMS_URL\": \"%s\"}"
                        .formatted(stand.databaseSource(), stand.web().url("/cms/drafts")),
                "{}");

        assertThat(stand.web().sent("POST", "/cms/drafts"))
                .extracting(JsonNode::toString)
                .containsExactlyInAnyOrder(
                        "{\"question\":\"simulated question 1\",\"answer\":\"simulated answer 1\",\"status\":\"draft\"}",
                        "{\"question\":\"simulated question 2\",\"answer\":\"simulated answer 2\",\"status\":\"draft\"}");
    }

    private static void churn(RunnerStand stand) throws Exception {
        stand.execute("""
                CREATE TABLE activity (id int, name text, plan text, last_seen date, logins_30d int, open_tickets int);
                INSERT INTO activity VALUES
                    (1, 'Mills [[answer {"customer": "Mills", "risk": 90, "reason": "Silent."}]]', 'team', '2026-09-01', 0, 4),
                    (2, 'Lines [[answer {"customer": "Lines", "risk": 10, "reason": "Happy."}]]', 'team', '2026-11-01', 40, 0),
                    (3, 'Arcs [[answer {"customer": "Arcs", "risk": 60, "reason": "Tickets."}]]', 'free', '2026-10-01', 3, 9);
                CREATE VIEW customer_activity AS SELECT * FROM activity;
                """);

        stand.run(
                "template-churn-risk",
                "\"dataSourceMappings\": {\"DATABASE\": \"%s\"}, \"values\": {\"MAIL_TO\": \"care@shop.example\"}"
                        .formatted(stand.databaseSource()),
                "{}");

        List<Mailed> mails = stand.mails("care@shop.example");
        assertThat(mails).extracting(Mailed::subject).containsExactly("2 customers at risk");
        assertThat(mails.getFirst().text().lines().map(String::strip).filter(line -> !line.isEmpty()))
                .containsExactlyInAnyOrder("Mills (90): Silent.", "Arcs (60): Tickets.");
    }
}
