package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.DupDetector;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.normalize.Excerpt;
import java.io.IOException;

/**
 * An export in OTLP's JSON: names in lower camel case, ids in hexadecimal digits, numbers of 64 bits as texts or numbers.
 * Read as a stream, so that only one record is in memory however many come.
 *
 * <p>What is wrong with a record is that record's fault, and what is wrong with what has made records is the fault of each of
 * them: the others are shown. Only what is no JSON, no list of what has made records, or has a name twice or is nested too deeply
 * around its records, is malformed as a whole.
 */
final class JsonExport implements Export {

    /** Around records stand three names and what later versions may add. */
    private static final int MEMBERS_MAX = 1000;

    /** Names are not interned, and what repeats is found out where it matters: both would cost memory as the sender likes. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    // One more than is shown: it is never reached, for what is deeper is seen before.
                    .maxNestingDepth(ShallowJson.DEPTH_MAX + 1)
                    .maxNameLength(1 << 10)
                    .maxNumberLength(AttributeValues.NUMBER_LENGTH_MAX)
                    .maxStringLength(4 << 20)
                    .build())
            .build();

    private final byte[] body;

    private final Signal signal;

    private final AttributeNames names;

    /** Reads one member of an object. */
    private interface MemberReader {
        void read(String name, JsonParser json) throws IOException, MalformedException;
    }

    /** @param body not copied, and left alone */
    JsonExport(byte[] body, Signal signal, AttributeNames names) {
        this.body = body;
        this.signal = signal;
        this.names = names;
    }

    @Override
    public void walk(Visitor visitor) throws MalformedException {
        requireUtf8();
        try (JsonParser json = JSON.createParser(new ShallowJson(body, 0))) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedException("is no JSON object");
            }
            new Walk(visitor).export(json);
            if (json.nextToken() != null) {
                throw new MalformedException("goes on after its end");
            }
        } catch (StreamConstraintsException e) {
            throw new MalformedException("is JSON that has a name, text or number that is too long");
        } catch (IOException e) {
            // There is no file or socket here: it is always what was sent.
            String said = e instanceof JacksonException jackson ? jackson.getOriginalMessage() : e.getMessage();
            throw new MalformedException("is not JSON: " + Excerpt.of(String.valueOf(said)));
        }
    }

    /** The parser takes other encodings too, and counts bytes only in this one. */
    private void requireUtf8() throws MalformedException {
        boolean plain = body.length > 0
                && (body[0] == '{' || body[0] == ' ' || body[0] == '\n' || body[0] == '\r' || body[0] == '\t');
        if (!plain || (body.length > 1 && body[1] == 0)) {
            throw new MalformedException("is no JSON object in UTF-8");
        }
    }

    /** One time through. */
    private final class Walk {

        private final Visitor visitor;

        private final JsonRecords records = new JsonRecords(names);

        Walk(Visitor visitor) {
            this.visitor = visitor;
        }

        void export(JsonParser json) throws IOException, MalformedException {
            members(json, (name, at) -> {
                if (!name.equals(signal.resources())) {
                    passOver(at);
                } else if (at.currentToken() == JsonToken.START_ARRAY) {
                    while (at.nextToken() != JsonToken.END_ARRAY) {
                        resource(at);
                    }
                } else if (at.currentToken() != JsonToken.VALUE_NULL) {
                    throw new MalformedException("has something else than a list as '%s'".formatted(name));
                }
            });
        }

        /** The resource may stand behind what it made: then it is looked for first. */
        private void resource(JsonParser json) throws IOException, MalformedException {
            if (!is(JsonToken.START_OBJECT, json)) {
                return;
            }
            long start = json.currentTokenLocation().getByteOffset();
            ObjectNode[] attributes = {JsonNodeFactory.instance.objectNode()};
            String[] fault = {""};
            boolean[] found = {false};
            members(json, (name, at) -> {
                boolean isFirst = !found[0];
                if (name.equals("resource") && isFirst) {
                    found[0] = true;
                    attributes[0] = records.resource(at);
                    fault[0] = records.takeFault();
                } else if (name.equals(signal.scopes())) {
                    if (isFirst) {
                        found[0] = true;
                        attributes[0] = resourceAhead((int) start);
                        fault[0] = records.takeFault();
                    }
                    if (is(JsonToken.START_ARRAY, at)) {
                        while (at.nextToken() != JsonToken.END_ARRAY) {
                            scope(at, attributes[0], fault[0]);
                        }
                    }
                } else if (name.equals("resource")) {
                    at.skipChildren();
                } else {
                    passOver(at);
                }
            });
        }

        private ObjectNode resourceAhead(int start) throws IOException, MalformedException {
            ObjectNode[] attributes = {JsonNodeFactory.instance.objectNode()};
            try (JsonParser ahead = JSON.createParser(new ShallowJson(body, start))) {
                ahead.nextToken();
                members(ahead, (name, at) -> {
                    if (name.equals("resource")) {
                        attributes[0] = records.resource(at);
                    } else {
                        at.skipChildren();
                    }
                });
            }
            return attributes[0];
        }

        private void scope(JsonParser json, ObjectNode resource, String fault) throws IOException, MalformedException {
            if (!is(JsonToken.START_OBJECT, json)) {
                return;
            }
            int start = (int) json.currentTokenLocation().getByteOffset();
            String[] library = {""};
            boolean[] found = {signal != Signal.TRACES};
            members(json, (name, at) -> {
                if (name.equals("scope") && !found[0]) {
                    found[0] = true;
                    library[0] = records.scope(at);
                } else if (!name.equals(signal.records())) {
                    at.skipChildren();
                } else if (is(JsonToken.START_ARRAY, at)) {
                    if (!found[0]) {
                        found[0] = true;
                        library[0] = scopeAhead(start);
                    }
                    while (at.nextToken() != JsonToken.END_ARRAY) {
                        record(at, resource, library[0], fault);
                    }
                }
            });
        }

        /** Its name may stand behind what it made. */
        private String scopeAhead(int start) throws IOException, MalformedException {
            String[] library = {""};
            try (JsonParser ahead = JSON.createParser(new ShallowJson(body, start))) {
                ahead.nextToken();
                members(ahead, (name, at) -> {
                    if (name.equals("scope")) {
                        library[0] = records.scope(at);
                    } else {
                        at.skipChildren();
                    }
                });
            }
            return library[0];
        }

        private void record(JsonParser json, ObjectNode resource, String scope, String fault) throws IOException {
            switch (signal) {
                case TRACES -> {
                    Span span = records.span(json, resource, scope);
                    if (isGood(fault, 1)) {
                        visitor.span(span);
                    }
                }
                case LOGS -> {
                    LogLine line = records.log(json, resource);
                    if (isGood(fault, 1)) {
                        visitor.log(line);
                    }
                }
                case METRICS -> {
                    Metric metric = records.metric(json, resource);
                    // Its points belong together: without one of them the others would tell something else.
                    if (isGood(fault, Math.max(1, metric.points().size() + metric.dropped()))) {
                        visitor.metric(metric);
                    }
                }
            }
        }

        /** @param count how many records an answer counts this as */
        private boolean isGood(String ofResource, long count) {
            String own = records.takeFault();
            String fault = own.isEmpty() ? ofResource : own;
            if (!fault.isEmpty()) {
                visitor.faulty("one of '%s' %s".formatted(signal.records(), fault), count);
            }
            return fault.isEmpty();
        }

        /** What stands where records would is passed over, and counts as one of them. */
        private boolean is(JsonToken expected, JsonParser json) throws IOException {
            if (json.currentToken() == expected) {
                return true;
            }
            if (json.currentToken() != JsonToken.VALUE_NULL || expected == JsonToken.START_OBJECT) {
                visitor.faulty(
                        "'%s' has something else than %s at byte %d"
                                .formatted(
                                        signal.resources(),
                                        expected == JsonToken.START_OBJECT ? "an object" : "a list",
                                        json.currentTokenLocation().getByteOffset()),
                        1);
            }
            json.skipChildren();
            return false;
        }

        /** Around records there is nothing that would be the fault of one of them. */
        private static void passOver(JsonParser json) throws IOException, MalformedException {
            if (ShallowJson.skip(json)) {
                throw new MalformedException("is JSON that is nested too deeply around its records");
            }
        }

        /** What comes twice around records would mean one thing to us and another to the next reader. */
        private void members(JsonParser json, MemberReader reader) throws IOException, MalformedException {
            DupDetector seen = DupDetector.rootDetector(json);
            int members = 0;
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                if (++members > MEMBERS_MAX) {
                    throw new MalformedException("has an object with more than %d members".formatted(MEMBERS_MAX));
                }
                if (seen.isDup(name)) {
                    throw new MalformedException("has the name '%s' twice in one object".formatted(Excerpt.of(name)));
                }
                json.nextToken();
                reader.read(name, json);
            }
        }
    }
}
