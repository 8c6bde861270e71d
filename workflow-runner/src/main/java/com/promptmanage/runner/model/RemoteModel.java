package com.promptmanage.runner.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.call.Redaction;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.token.TokenCounter;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A provider's models, asked over the network. */
final class RemoteModel implements LanguageModel {

    private static final Logger LOGGER = LoggerFactory.getLogger(RemoteModel.class);

    private final Dialect dialect;

    private final Endpoint endpoint;

    private final Outbound outbound;

    private final TokenCounter counter;

    private final Clock clock;

    RemoteModel(Dialect dialect, Endpoint endpoint, Outbound outbound, TokenCounter counter, Clock clock) {
        this.dialect = dialect;
        this.endpoint = endpoint;
        this.outbound = outbound;
        this.counter = counter;
        this.clock = clock;
    }

    @Override
    public String provider() {
        return dialect.provider();
    }

    @Override
    public String place() {
        return endpoint.baseUrl().toString();
    }

    @Override
    public CallResult ask(ModelRequest request, Duration timeout, CallWatcher watcher) throws InterruptedException {
        Instant began = clock.instant();
        var answer = new StreamedAnswer();
        var wire = new Wire(outbound, dialect, timeout, clock, answer);
        var reader = new Reader(answer, watcher);
        try {
            dialect.model(request, endpoint, timeout, wire).chat(messages(request), reader);
        } catch (RuntimeException e) {
            // What the library refuses to send; what it cannot read reaches the reader.
            reader.onError(e);
        }
        // An answer that is whole is not thrown away for an interrupt that comes with it: it is paid for.
        if (!answer.isComplete() && Thread.interrupted()) {
            throw new InterruptedException("interrupted while " + dialect.title() + " answered");
        }
        Optional<CallUsage> usage = usage(request, answer, began);
        @Nullable Failure failure = failure(wire, reader, answer);
        if (failure == null) {
            return new CallResult.Answered(new Answer(
                    new ModelAnswer(answer.text(), modelOf(request, answer), provider(), answer.finishReason(), false)
                            .toJson(),
                    usage));
        }
        Failure clean = Redaction.of(List.of(endpoint.apiKey())).apply(failure);
        return new CallResult.Failed(
                new Failure(clean.kind(), clean.message(), clean.details(), clean.retryAfter(), usage));
    }

    private static List<ChatMessage> messages(ModelRequest request) {
        var messages = new ArrayList<ChatMessage>();
        if (!request.instructions().isBlank()) {
            messages.add(SystemMessage.from(request.instructions()));
        }
        messages.add(UserMessage.from(request.prompt()));
        return messages;
    }

    private @Nullable Failure failure(Wire wire, Reader reader, StreamedAnswer answer) {
        if (wire.failure() != null) {
            return wire.failure();
        }
        JsonNode error = answer.error();
        if (error != null) {
            return ProviderErrors.inStream(dialect.title(), error);
        }
        if (answer.isComplete()) {
            return null;
        }
        Throwable problem = reader.problem;
        if (problem != null) {
            LOGGER.atDebug()
                    .setCause(problem)
                    .addKeyValue("provider", provider())
                    .log("an answer cannot be read");
            return new Failure(
                    Failure.Kind.PERMANENT, dialect.title() + " cannot be asked this: " + problem.getMessage());
        }
        return new Failure(Failure.Kind.AMBIGUOUS, dialect.title() + " ended its answer before it was whole");
    }

    /** Empty if the provider never began to answer. Where it tells no usage we count ourselves: it is not free for that. */
    private Optional<CallUsage> usage(ModelRequest request, StreamedAnswer answer, Instant began) {
        boolean isTold = !answer.usage().isEmpty();
        if (!isTold && !answer.isComplete() && answer.text().isEmpty()) {
            return Optional.empty();
        }
        TokenCounts tokens = isTold ? told(request, answer) : counted(request, answer);
        Instant ended = clock.instant();
        return Optional.of(new CallUsage(
                provider(),
                modelOf(request, answer),
                tokens,
                ended,
                Duration.between(began, ended),
                answer.serviceTier(),
                answer.requestId(),
                false,
                !isTold || !answer.isComplete()));
    }

    /** Of an answer that broke off, the provider has told no more than how much there was of it at its beginning. */
    private TokenCounts told(ModelRequest request, StreamedAnswer answer) {
        TokenCounts told = dialect.tokens(answer.usage());
        if (answer.isComplete()) {
            return told;
        }
        long came = counter.count(answer.text(), request.model()).tokens();
        return came > told.get(TokenKind.OUTPUT) ? told.with(TokenKind.OUTPUT, came) : told;
    }

    private TokenCounts counted(ModelRequest request, StreamedAnswer answer) {
        return TokenCounts.ofInputOutput(
                counter.count(request.instructions() + "\n" + request.prompt(), request.model())
                        .tokens(),
                counter.count(answer.text(), request.model()).tokens());
    }

    /** What no event of usage could carry would cost the answer, which is paid for. */
    private static String modelOf(ModelRequest request, StreamedAnswer answer) {
        return Account.isId(answer.model()) ? answer.model() : request.model();
    }

    /** Takes the text from the library. */
    private static final class Reader implements StreamingChatResponseHandler {

        private final StreamedAnswer answer;

        private final CallWatcher watcher;

        private @Nullable Throwable problem;

        Reader(StreamedAnswer answer, CallWatcher watcher) {
            this.answer = answer;
            this.watcher = watcher;
        }

        @Override
        public void onPartialResponse(String piece) {
            answer.text(piece);
            watcher.received(piece);
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            // Whether it is complete is told by what came over the wire.
        }

        @Override
        public void onError(Throwable e) {
            problem = e;
        }
    }
}
