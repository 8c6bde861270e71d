package com.promptmanage.query.history;

import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A topic of its own with records such as the metering writes to {@code usage.rated}: in transactions, one after the other. */
public final class RatedTopic implements AutoCloseable {

    public static final int PARTITIONS = 4;

    private final String name = "usage.rated-" + UUID.randomUUID();

    private final Producer<byte[], byte[]> producer;

    public RatedTopic(EmbeddedKafka kafka) throws InterruptedException {
        kafka.createTopics(PARTITIONS, name);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", name, "linger.ms", 5),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    public String name() {
        return name;
    }

    /** A record of one event that cost something. */
    public static String rated(String account, String id, String time, long inputTokens, long costNanoUsd) {
        return event(id, time, usage(account, inputTokens), "rated", Long.toString(costNanoUsd));
    }

    public static String unpriced(String account, String id, String time, long inputTokens) {
        return event(id, time, usage(account, inputTokens), "unpriced", "null");
    }

    public static String rerated(String account, String id, String time, long inputTokens, long costNanoUsd) {
        return event(id, time, usage(account, inputTokens), "rerated", Long.toString(costNanoUsd));
    }

    public static String usage(String account, long inputTokens) {
        Account of = new Account(account);
        return """
                {"userId":"%s","teamId":%s,"model":"gpt-4o-mini","tokens":{"input":%d,"output":2}}""".formatted(of.isTeam() ? "ann" : of.id(), of.isTeam() ? "\"" + of.id() + "\"" : "null", inputTokens);
    }

    public static String event(String id, String time, String usage, String status, String cost) {
        return """
                {"id":"%s","source":"app","time":"%s","data":%s,"status":"%s","costNanoUsd":%s,"costs":%s,"priceId":%s}""".formatted(
                        id,
                        time,
                        usage,
                        status,
                        cost,
                        status.equals("unpriced") ? "{}" : "{\"input\":" + cost + "}",
                        status.equals("unpriced") ? "null" : "\"price-1\"");
    }

    /** Sends each list of events as one record of the account, all in one transaction. */
    public void commit(String account, List<List<String>> records) throws Exception {
        producer.beginTransaction();
        send(account, records);
        producer.commitTransaction();
    }

    /** As {@link #commit}, and then thinks better of it. */
    public void abort(String account, List<List<String>> records) throws Exception {
        producer.beginTransaction();
        send(account, records);
        producer.flush();
        producer.abortTransaction();
    }

    /** One record. */
    public void commitOne(String account, List<String> events) throws Exception {
        commit(account, List.of(events));
    }

    /** One record that does not count. */
    public void abortOne(String account, List<String> events) throws Exception {
        abort(account, List.of(events));
    }

    /** Sends a record that is none. */
    public void commitRaw(String key, String value) throws Exception {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(name, bytes(key), bytes(value))).get();
        producer.commitTransaction();
    }

    private void send(String account, List<List<String>> records) throws Exception {
        var sent = new ArrayList<Future<?>>();
        for (List<String> events : records) {
            String record = """
                    {"specversion":"1.0","id":"1-1-1","source":"/prompt-manage/metering",\
                    "type":"com.promptmanage.usage.rated.v1","subject":"%s","time":"2026-11-24T00:00:00Z",\
                    "datacontenttype":"application/json","data":{"events":[%s]}}""".formatted(account, String.join(",", events));
            sent.add(producer.send(new ProducerRecord<>(name, bytes(account), bytes(record))));
        }
        producer.flush();
        for (Future<?> one : sent) {
            one.get();
        }
    }

    @Override
    public void close() {
        producer.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
