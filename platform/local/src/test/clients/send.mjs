// Runs every client once in every way: node send.mjs <base address> <API key>
// Each reports calls of gpt-4o-mini with 100 tokens in and 50 out, by a user <client>-<way>, to
// <base address>/<way>. Ends with what each has sent, as JSON: {"<client>-<way>": calls}.
import { context, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { Langfuse } from 'langfuse';
import Anthropic from '@anthropic-ai/sdk';
import { OpenMeter } from '@openmeter/sdk';
import OpenAI from 'openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import * as ai5 from 'ai5';
import * as ai6 from 'ai6';
import * as ai7 from 'ai';
import { MockLanguageModelV2 } from 'ai5/test';
import { MockLanguageModelV3 } from 'ai6/test';
import { MockLanguageModelV4 } from 'ai/test';

const [base, key] = process.argv.slice(2);
const WAYS = ['once', 'refused-first', 'twice'];
const MODEL = 'gpt-4o-mini';

const providerOf = (exporter) =>
  new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'clients' }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });

const exporterOf = (Exporter, way, more = {}) =>
  new Exporter({ url: `${base}/${way}/v1/traces`, headers: { authorization: `Bearer ${key}` }, ...more });

/** Spans as an instrumentation writes them: an agent that repeats the usage of the call inside. */
async function openTelemetry(Exporter, user, way, more) {
  const provider = providerOf(exporterOf(Exporter, way, more));
  const tracer = provider.getTracer('hand-written');
  const usage = { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 50 };
  const agent = tracer.startSpan('invoke_agent', { attributes: { 'gen_ai.operation.name': 'invoke_agent', 'user.id': user, ...usage } });
  const call = tracer.startSpan(
    `chat ${MODEL}`,
    {
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': MODEL,
        'gen_ai.usage.cache_read.input_tokens': 40,
        'user.id': user,
        ...usage,
      },
    },
    trace.setSpan(context.active(), agent),
  );
  call.end();
  agent.end();
  await provider.forceFlush();
  await provider.shutdown();
  return 1;
}

const FLAT_USAGE = { inputTokens: 100, outputTokens: 50, totalTokens: 150, cachedInputTokens: 40 };
const DETAILED_USAGE = {
  inputTokens: { total: 100, noCache: 60, cacheRead: 40, cacheWrite: 0 },
  outputTokens: { total: 50, text: 50, reasoning: 0 },
};

const modelOf = (Mock, finishReason, usage) =>
  new Mock({
    provider: 'openai.chat',
    modelId: MODEL,
    doGenerate: async () => ({ content: [{ type: 'text', text: 'hello' }], finishReason, usage, warnings: [] }),
  });

/** Versions 5 and 6 take a tracer with each call. */
async function aiSdk(sdk, model, user, way) {
  const provider = providerOf(exporterOf(ProtobufExporter, way));
  for (let i = 0; i < 2; i++) {
    await sdk.generateText({
      model,
      prompt: 'hi',
      experimental_telemetry: { isEnabled: true, tracer: provider.getTracer('ai'), metadata: { userId: user } },
    });
  }
  await provider.forceFlush();
  await provider.shutdown();
  return 2;
}

/** Version 7 takes integrations; whose call it is comes from the call's context, as the manual says. */
async function aiSdk7(user, way) {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'clients' }),
    spanProcessors: [new BatchSpanProcessor(exporterOf(JsonExporter, way))],
  });
  const telemetry = new OpenTelemetry({
    tracer: provider.getTracer('gen_ai'),
    providerMetadata: true,
    enrichSpan: ({ runtimeContext }) => ({ 'user.id': runtimeContext?.userId }),
  });
  await ai7.generateText({
    model: modelOf(MockLanguageModelV4, { unified: 'stop', raw: 'stop' }, DETAILED_USAGE),
    prompt: 'hi',
    runtimeContext: { userId: user },
    telemetry: { isEnabled: true, integrations: [telemetry], includeRuntimeContext: { userId: true } },
  });
  await provider.forceFlush();
  await provider.shutdown();
  return 1;
}

/** A trace, a call that begins in one batch and ends in the next, and one that is told at once. */
async function langfuse(user, way) {
  const client = new Langfuse({ publicKey: 'any', secretKey: key, baseUrl: `${base}/${way}`, flushInterval: 100, fetchRetryDelay: 200 });
  const told = client.trace({ name: 'support', userId: user, sessionId: 's1', tags: ['npm'] });
  const slow = told.generation({ name: 'slow', model: MODEL, input: [{ role: 'user', content: 'hi' }] });
  await client.flushAsync();
  slow.end({ output: 'hello', usageDetails: { input: 60, input_cached_tokens: 40, output: 50, total: 150 } });
  told.generation({ name: 'quick', model: MODEL, usage: { input: 100, output: 50, total: 150, unit: 'TOKENS' } });
  await client.flushAsync();
  await client.shutdownAsync();
  return 2;
}

async function langfuseOtel(user, way) {
  const provider = new BasicTracerProvider({
    spanProcessors: [new LangfuseSpanProcessor({ publicKey: 'any', secretKey: key, baseUrl: `${base}/${way}` })],
  });
  const tracer = provider.getTracer('langfuse-sdk');
  tracer
    .startSpan('answer', {
      attributes: {
        'langfuse.observation.type': 'generation',
        'langfuse.observation.model.name': MODEL,
        'langfuse.observation.usage_details': JSON.stringify({ input: 60, input_cached_tokens: 40, output: 50 }),
        'user.id': user,
      },
    })
    .end();
  await provider.forceFlush();
  await provider.shutdown();
  return 1;
}

const throughGateway = (Sdk, path, user, way) =>
  new Sdk({
    apiKey: key,
    baseURL: `${base}/${way}/gateway/${path}`,
    defaultHeaders: { 'Prompt-Manage-Team': 'team_demo', 'Prompt-Manage-User': user, 'Prompt-Manage-Provider-Key': 'sk-any' },
  });

const MESSAGES = [{ role: 'user', content: 'hi' }];

function expect(seen, wanted) {
  if (seen !== wanted) throw new Error(`expected ${JSON.stringify(wanted)}, got ${JSON.stringify(seen)}`);
}

/** What is sent through the gateway twice are two calls: the provider bills both. */
const callsOf = (count, way) => (way.startsWith('twice') ? 2 * count : count);

async function openai(user, way) {
  const client = throughGateway(OpenAI, 'openai/v1', user, way);
  const answer = await client.chat.completions.create({ model: MODEL, messages: MESSAGES });
  expect(answer.choices[0].message.content, 'hello');
  const response = await client.responses.create({ model: MODEL, input: 'hi' });
  expect(response.output_text, 'hello');
  const embedding = await client.embeddings.create({ model: MODEL, input: 'hi', encoding_format: 'float' });
  expect(embedding.data[0].embedding.length, 2);
  return callsOf(3, way);
}

async function openaiStream(user, way) {
  const client = throughGateway(OpenAI, 'openai/v1', user, way);
  let text = '';
  for await (const chunk of await client.chat.completions.create({ model: MODEL, messages: MESSAGES, stream: true })) {
    // Without a choice it would be the usage, which was not asked for.
    text += chunk.choices[0].delta.content ?? '';
  }
  expect(text, 'hello');
  let told = 0;
  const options = { model: MODEL, messages: MESSAGES, stream: true, stream_options: { include_usage: true } };
  for await (const chunk of await client.chat.completions.create(options)) told += chunk.usage?.total_tokens ?? 0;
  expect(told, 150);
  const response = await client.responses.stream({ model: MODEL, input: 'hi' }).finalResponse();
  expect(response.output_text, 'hello');
  return callsOf(3, way);
}

async function anthropic(user, way) {
  const client = throughGateway(Anthropic, 'anthropic', user, way);
  const answer = await client.messages.create({ model: 'claude-sonnet-4-5', max_tokens: 50, messages: MESSAGES });
  expect(answer.content[0].text, 'hello');
  return callsOf(1, way);
}

async function anthropicStream(user, way) {
  const client = throughGateway(Anthropic, 'anthropic', user, way);
  const stream = client.messages.stream({ model: 'claude-sonnet-4-5', max_tokens: 50, messages: MESSAGES });
  const answer = await stream.finalMessage();
  expect(answer.content[0].text, 'hello');
  expect(answer.usage.output_tokens, 50);
  return callsOf(1, way);
}

/** A budget that is spent is an error that the SDKs know and do not try again. */
async function overBudget() {
  for (const client of [throughGateway(OpenAI, 'openai/v1', 'over-budget', 'once/over'), throughGateway(Anthropic, 'anthropic', 'over-budget', 'once/over')]) {
    const call = () =>
      client.messages
        ? client.messages.create({ model: 'claude-sonnet-4-5', max_tokens: 50, messages: MESSAGES })
        : client.chat.completions.create({ model: MODEL, messages: MESSAGES });
    let error = null;
    // Budgets that answer too late, on a busy machine, are asked again.
    for (let tries = 0; tries < 60 && error === null; tries++) error = await call().then(() => null, (problem) => problem);
    expect(error?.status, 402);
    expect(error.message.includes('budget_exceeded') || error.code === 'budget_exceeded', true);
  }
}

/** Its SDK sends nothing again by itself, so whoever calls it does. */
async function openMeter(user, way) {
  const client = new OpenMeter({ baseUrl: `${base}/${way}`, apiKey: key });
  const event = { id: `event-of-${user}`, source: 'npm', type: 'prompt', subject: user, data: { model: MODEL, tokens: 150 } };
  await client.events.ingest(event).catch(() => client.events.ingest(event));
  return 1;
}

/** What was sent is read back, once it is in the history. */
async function openMeterReads(subject) {
  const client = new OpenMeter({ baseUrl: `${base}/once/reads`, apiKey: key });
  expect((await client.meters.list()).length, 3);
  expect((await client.subjects.list()).some((one) => one.key === subject), true);
  let events = [];
  while (events.length === 0) events = await client.events.list({ subject, limit: 10 });
  expect(events[0].event.id, `event-of-${subject}`);
  const found = await client.meters.query('tokens_total', { subject: [subject], windowSize: 'DAY', groupBy: ['model'] });
  expect(found.data.length, 1);
  expect(found.data[0].value, 150);
  expect(found.data[0].groupBy.model, MODEL);
}

/** Events that are no usage, and a meter on them: defined, changed, asked and forgotten. */
async function openMeterOwnMeters() {
  for (const way of WAYS) {
    const client = new OpenMeter({ baseUrl: `${base}/${way}/pages`, apiKey: key });
    const views = ['/home', '/home', '/help'].map((route, number) => ({
      id: `view-${way}-${number}`, source: 'npm', type: 'page.view', subject: `viewer-${way}`, data: { route, ms: 10.25 * (number + 1) },
    }));
    await client.events.ingest(views).catch(() => client.events.ingest(views));
  }
  const client = new OpenMeter({ baseUrl: `${base}/once/own-meters`, apiKey: key });
  const defined = { slug: 'view_ms', name: 'Time', aggregation: 'SUM', eventType: 'page.view', valueProperty: '$.ms', groupBy: { route: '$.route' } };
  expect((await client.meters.create(defined)).slug, 'view_ms');
  expect((await client.meters.list()).length, 4);
  expect((await client.meters.update('view_ms', { name: 'Milliseconds', groupBy: { route: '$.route' } })).name, 'Milliseconds');
  let rows = [];
  const asked = { windowSize: 'DAY', groupBy: ['subject', 'route'], subject: WAYS.map((way) => `viewer-${way}`) };
  // One viewer's rows may fall into two days.
  const sum = (of) => rows.filter(of).reduce((total, row) => total + row.value, 0);
  while (sum(() => true) < WAYS.length * 61.5) rows = (await client.meters.query('view_ms', asked)).data;
  for (const way of WAYS) {
    expect(sum((row) => row.subject === `viewer-${way}` && row.groupBy.route === '/home'), 30.75);
    expect(sum((row) => row.subject === `viewer-${way}` && row.groupBy.route === '/help'), 30.75);
  }
  const help = await client.meters.query('view_ms', { filterGroupBy: { route: '/help' } });
  expect(help.data[0].value, WAYS.length * 30.75);
  const posted = await client.meters.queryPost('view_ms', { filterGroupBy: { route: ['/help'] } });
  expect(posted.data[0].value, WAYS.length * 30.75);
  const [view] = await client.events.list({ subject: 'viewer-twice', limit: 1 });
  expect(view.event.type, 'page.view');
  const ofViewer = JSON.stringify({ subject: { $eq: 'viewer-twice' }, type: { $eq: 'page.view' } });
  const first = await client.events.listV2({ filter: ofViewer, limit: 2 });
  const rest = await client.events.listV2({ filter: ofViewer, limit: 2, cursor: first.nextCursor });
  expect([...first.items, ...rest.items].map((one) => one.event.id).sort().join(), 'view-twice-0,view-twice-1,view-twice-2');
  expect(rest.nextCursor, undefined);
  await client.meters.delete((await client.meters.get('view_ms')).id);
  expect((await client.meters.list()).length, 3);
}

const CLIENTS = {
  'otel-json': (user, way) => openTelemetry(JsonExporter, user, way),
  'otel-gzip': (user, way) => openTelemetry(JsonExporter, user, way, { compression: 'gzip' }),
  'otel-protobuf': (user, way) => openTelemetry(ProtobufExporter, user, way),
  'otel-protobuf-gzip': (user, way) => openTelemetry(ProtobufExporter, user, way, { compression: 'gzip' }),
  'ai-5': (user, way) => aiSdk(ai5, modelOf(MockLanguageModelV2, 'stop', FLAT_USAGE), user, way),
  'ai-6': (user, way) => aiSdk(ai6, modelOf(MockLanguageModelV3, { unified: 'stop', raw: 'stop' }, DETAILED_USAGE), user, way),
  'ai-7': aiSdk7,
  langfuse,
  'langfuse-otel': langfuseOtel,
  openai,
  'openai-stream': openaiStream,
  anthropic,
  'anthropic-stream': anthropicStream,
  openmeter: openMeter,
};

await overBudget();
const sent = {};
await Promise.all(
  Object.entries(CLIENTS).flatMap(([client, run]) =>
    WAYS.map(async (way) => {
      const user = `${client}-${way}`;
      sent[user] = await run(user, `${way}/${client}`);
    }),
  ),
);
await openMeterReads('openmeter-once');
await openMeterOwnMeters();
console.log(JSON.stringify(sent));
process.exit(0);
