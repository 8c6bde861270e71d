package com.promptmanage.runner.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.runner.journal.StoredJson;
import com.promptmanage.runner.trigger.EventFilters.Wanted;
import com.promptmanage.service.http.Fault;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TriggerConfigTest {

    private static final JsonNode EVENT = StoredJson.read("""
            {"type": "com.promptmanage.token.usage.v1",
             "data": {"model": "gpt-4o-mini", "inputTokens": 5, "attributes": {"a": 1}, "workflowId": "wf_other",
                      "teamId": null, "percent": 80.0, "tokens": {"input": 5},
                      "tags": {"team": "search", "service.name": "shop"}}}""");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"type":"event","filter":"x"}                          | triggerConfig.filter
            {"type":"event","filter":["model","o1"]}               | triggerConfig.filter
            {"type":"event","filters":{"model":"o1"}}              | triggerConfig.filters
            {"type":"event","filter":{"attributes":{}}}            | triggerConfig.filter.attributes
            {"type":"event","filter":{"model":[]}}                 | triggerConfig.filter.model
            {"type":"event","filter":{"model":null}}               | triggerConfig.filter.model
            {"type":"event","filter":{"data.model":"o1"}}          | triggerConfig.filter.data.model
            {"type":"event","filter":{"data":"o1","":"o1"}}        | triggerConfig.filter.data;triggerConfig.filter.
            {"type":"event","eventType":"budget alert"}            | triggerConfig.eventType
            {"type":"event","eventType":7}                         | triggerConfig.eventType
            {"type":"zzz"}                                         | triggerConfig.type
            {"foo":1}                                              | triggerConfig.type;triggerConfig.foo
            {"type":"webhook","filter":{"model":"o1"}}             | triggerConfig.filter
            {"type":"even","filter":3,"eventType":1,"x":1}         | triggerConfig.type;triggerConfig.x;triggerConfig.eventType;triggerConfig.filter
            """)
    void whatCannotBeReadIsToldAllAtOnceAndMatchesNothing(String config, String fields) {
        JsonNode json = StoredJson.read(config);

        assertThat(TriggerConfig.faults(json)).extracting(Fault::field).containsExactly(fields.split(";"));
        assertThat(TriggerConfig.faults(json))
                .allSatisfy(fault -> assertThat(fault.remedy()).isNotEmpty());
        assertThat(Wanted.of("wf_1", json)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"type":"event"}                                                                | true
            {"type":"event","eventType":"","filter":{}}                                     | true
            {"type":"event","eventType":null,"filter":null}                                 | true
            {"type":"event","eventType":"com.promptmanage.token.usage.v1"}                  | true
            {"type":"event","eventType":"com.promptmanage.budget.alert.v1"}                 | false
            {"type":"event","filter":{"model":"gpt-4o-mini","inputTokens":5}}               | true
            {"type":"event","filter":{"model":["o1","gpt-4o-mini"]}}                        | true
            {"type":"event","filter":{"model":"o1"}}                                        | false
            {"type":"event","filter":{"attributes":""}}                                     | false
            {"type":"event","filter":{"nowhere":""}}                                        | false
            {"type":"event","filter":{"teamId":"null"}}                                     | false
            {"type":"event","filter":{"teamId":["null"]}}                                   | false
            {"type":"event","filter":{"percent":80}}                                        | true
            {"type":"event","filter":{"inputTokens":[4,5.0]}}                               | true
            {"type":"event","filter":{"inputTokens":1e400}}                                 | false
            {"type":"event","filter":{"tags.team":"search","tokens.input":5}}               | true
            {"type":"event","filter":{"tags.team":"shop"}}                                  | false
            {"type":"event","filter":{"tags.service.name":["shop"]}}                        | true
            {"type":"event","filter":{"tags":"search"}}                                     | false
            {"type":"event","filter":{"model.name":"gpt-4o-mini"}}                          | false
            {"type":"event","filter":{"nowhere.":""}}                                       | false
            """)
    void anEventRunsWhatWaitsForIt(String config, boolean matches) {
        JsonNode json = StoredJson.read(config);

        assertThat(TriggerConfig.faults(json)).isEmpty();
        assertThat(Wanted.of("wf_1", json).orElseThrow().matches(EVENT)).isEqualTo(matches);
    }

    /** As events are read, and not as filters are: one that cannot be compared would hold up those of everyone. */
    @Test
    void aNumberThatNoDoubleHoldsMatchesNoOtherAndEndsNothing() throws Exception {
        JsonNode event = new ObjectMapper().readTree("{\"data\": {\"percent\": 1e999, \"share\": 80.0}}");

        assertThat(wanted("{\"percent\":80}").matches(event)).isFalse();
        assertThat(wanted("{\"share\":80}").matches(event)).isTrue();
    }

    private static Wanted wanted(String filter) {
        return Wanted.of("wf_1", StoredJson.read("{\"type\":\"event\",\"filter\":%s}".formatted(filter)))
                .orElseThrow();
    }

    @Test
    void whatWaitsForNoEventMatchesNone() {
        for (String type : List.of("webhook", "api")) {
            JsonNode json = StoredJson.read("{\"type\": \"%s\"}".formatted(type));
            assertThat(TriggerConfig.faults(json)).isEmpty();
            assertThat(Wanted.of("wf_1", json)).isEmpty();
        }
    }
}
