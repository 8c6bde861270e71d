package com.promptmanage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.topics.account.Account;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The service for one test class, keys of the usual senders, and what has come to the topic since a test began. */
final class IngestStand implements BeforeEachCallback, AfterAllCallback {

    private static final JsonMapper MAPPER = new JsonMapper();

    private final RunningIngest ingest = RunningIngest.withDefaults();

    private final String gateway =
            ingest.key(NewKey.of("gateway", Account.team("demo")).speakingForOthers());

    private final String acme = ingest.key(NewKey.of("acme", Account.team("acme")));

    private final String bob = ingest.key(NewKey.of("bob", Account.user("bob")));

    private final String reader =
            ingest.key(NewKey.of("reader", Account.team("acme")).withScopes(Set.of(KeyScope.QUERY)));

    private TopicTail tail = ingest.tail();

    RunningIngest ingest() {
        return ingest;
    }

    /** The key of one who speaks for others. */
    String gateway() {
        return gateway;
    }

    /** A team's key. */
    String acme() {
        return acme;
    }

    /** A person's key. */
    String bob() {
        return bob;
    }

    /** The key of one who may read, and send nothing. */
    String reader() {
        return reader;
    }

    List<ConsumerRecord<byte[], byte[]>> records() {
        return tail.records();
    }

    /** Which fields a request is told to be wrong in. */
    static List<String> fields(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        return MAPPER.readTree(answer.body()).path("errors").findValuesAsText("field");
    }

    static <T> T only(Iterable<T> several) {
        assertThat(several).hasSize(1);
        return several.iterator().next();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        tail.close();
        tail = ingest.tail();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        tail.close();
        ingest.close();
    }
}
