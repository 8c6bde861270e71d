/**
 * Language models: OpenAI and whoever speaks like it, Anthropic, Gemini, and a simulated one that needs no key.
 *
 * <p>Requests are written, and streamed answers read, by langchain4j (Apache-2.0), over our own HTTP client. Against the
 * providers' official libraries it was chosen because one of it serves all three: 1.4 MB of jars beside what is here already,
 * where theirs bring 80 jars of 122 MB, Kotlin, OkHttp and gRPC among them; and because its transport can be replaced. That
 * gives us what none of them would: a timeout over the whole answer, a limit of its size, the address guard, {@code
 * Retry-After}, and the provider's usage as it was sent, with kinds of tokens that libraries leave out. Their retries are off:
 * retrying is the engine's.
 */
@NullMarked
package com.promptmanage.runner.model;

import org.jspecify.annotations.NullMarked;
