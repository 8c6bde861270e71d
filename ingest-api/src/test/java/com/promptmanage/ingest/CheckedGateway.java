package com.promptmanage.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A gateway that asks fake budgets before each call and then a fake of all providers, and threads to call it from at once. */
final class CheckedGateway implements AutoCloseable, AfterAllCallback {

    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    private final FakeProvider budgets;

    private final FakeProvider provider;

    private final RunningIngest ingest;

    private CheckedGateway(FakeProvider budgets, FakeProvider provider) {
        this.budgets = budgets;
        this.provider = provider;
        this.ingest = RunningIngest.withGateway(provider.settings(budgets));
    }

    static CheckedGateway start() {
        try {
            return new CheckedGateway(FakeProvider.start(), FakeProvider.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ExecutorService callers() {
        return callers;
    }

    FakeProvider budgets() {
        return budgets;
    }

    FakeProvider provider() {
        return provider;
    }

    RunningIngest ingest() {
        return ingest;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    @Override
    public void close() {
        callers.shutdownNow();
        ingest.close();
        provider.close();
        budgets.close();
    }
}
