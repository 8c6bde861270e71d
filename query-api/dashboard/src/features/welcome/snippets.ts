/** What people paste to send their first event. Each works as it stands: a test runs them against the product. */
export interface Snippet {
  id: "curl" | "python" | "opentelemetry" | "javascript";
  label: string;
  language: string;
  note: string;
  code: (target: Target) => string;
}

export interface Target {
  baseUrl: string;
  apiKey: string;
  userId: string;
}

export const SNIPPETS: Snippet[] = [
  {
    id: "curl",
    label: "curl",
    language: "shell",
    note: "Paste it into a terminal.",
    code: ({ baseUrl, apiKey, userId }) =>
      `curl -s ${baseUrl}/api/token-tracking/log \\
  -H 'Authorization: Bearer ${apiKey}' \\
  -H 'Content-Type: application/json' \\
  -d '{"userId":"${userId}","model":"gpt-4o-mini","inputTokens":1000,"outputTokens":500}'`,
  },
  {
    id: "opentelemetry",
    label: "OpenTelemetry",
    language: "shell",
    note: "An instrumented application needs the two variables only; the rest sends one span by hand.",
    code: ({ baseUrl, apiKey, userId }) =>
      `export OTEL_EXPORTER_OTLP_ENDPOINT='${baseUrl}'
export OTEL_EXPORTER_OTLP_HEADERS='Authorization=Bearer%20${apiKey}'

now=$(date +%s)000000000
curl -s "$OTEL_EXPORTER_OTLP_ENDPOINT/v1/traces" \\
  -H 'Authorization: Bearer ${apiKey}' \\
  -H 'Content-Type: application/json' \\
  -d '{"resourceSpans":[{"scopeSpans":[{"spans":[{
    "traceId":"'$(od -An -N16 -tx1 /dev/urandom | tr -d ' \\n')'","spanId":"'$(od -An -N8 -tx1 /dev/urandom | tr -d ' \\n')'",
    "name":"chat gpt-4o-mini","kind":3,"startTimeUnixNano":"'$now'","endTimeUnixNano":"'$now'",
    "attributes":[
      {"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
      {"key":"gen_ai.provider.name","value":{"stringValue":"openai"}},
      {"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o-mini"}},
      {"key":"gen_ai.usage.input_tokens","value":{"intValue":"1000"}},
      {"key":"gen_ai.usage.output_tokens","value":{"intValue":"500"}},
      {"key":"user.id","value":{"stringValue":"${userId}"}}]}]}]}]}'`,
  },
  {
    id: "python",
    label: "Python",
    language: "python",
    note: "The standard library is enough.",
    code: ({ baseUrl, apiKey, userId }) =>
      `import json, urllib.request, uuid

event = {
    "specversion": "1.0",
    "id": str(uuid.uuid4()),
    "source": "/first-event",
    "type": "com.promptmanage.token.usage.v1",
    "data": {"userId": "${userId}", "model": "gpt-4o-mini", "inputTokens": 1000, "outputTokens": 500},
}
request = urllib.request.Request(
    "${baseUrl}/api/v1/events",
    json.dumps(event).encode(),
    {"Authorization": "Bearer ${apiKey}", "Content-Type": "application/cloudevents+json"},
)
print(urllib.request.urlopen(request).status)`,
  },
  {
    id: "javascript",
    label: "JavaScript",
    language: "javascript",
    note: "Node.js 20 or newer; save it as first-event.mjs.",
    code: ({ baseUrl, apiKey, userId }) =>
      `// After a call, send on the usage that the provider's SDK gave you.
const usage = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 };

const answer = await fetch("${baseUrl}/api/v1/events", {
  method: "POST",
  headers: { Authorization: "Bearer ${apiKey}", "Content-Type": "application/cloudevents+json" },
  body: JSON.stringify({
    specversion: "1.0",
    id: crypto.randomUUID(),
    source: "/first-event",
    type: "com.example.llm.call",
    data: { userId: "${userId}", model: "gpt-4o-mini", usage },
  }),
});
console.log(answer.status);`,
  },
];
