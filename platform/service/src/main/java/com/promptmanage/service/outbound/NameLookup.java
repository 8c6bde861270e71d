package com.promptmanage.service.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Finds the addresses of a host, in a bounded time and on few threads of its own: the system's own look-up knows no time
 * limit, and would hold a virtual thread's carrier for as long as it takes.
 */
final class NameLookup implements DnsResolver, AutoCloseable {

    private static final int THREADS = 16;

    private static final int WAITING_MAX = 1_000;

    private static final Duration IDLE_MAX = Duration.ofSeconds(30);

    private final Names names;

    private final Duration patience;

    private final ExecutorService threads;

    /** What the names of hosts are looked up in. */
    @FunctionalInterface
    interface Names {

        Names OF_SYSTEM = InetAddress::getAllByName;

        InetAddress[] find(String host) throws UnknownHostException;
    }

    NameLookup(Names names, Duration patience) {
        this.names = names;
        this.patience = patience;
        var pool = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_MAX.toSeconds(),
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(WAITING_MAX),
                Thread.ofPlatform().name("outbound-names-", 1).daemon().factory());
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        try {
            Future<InetAddress[]> found = threads.submit(() -> names.find(host));
            try {
                return found.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                found.cancel(true);
                throw unknown("the host's address was not found in time", e);
            }
        } catch (ExecutionException e) {
            throw unknown("the host is not known", e);
        } catch (RejectedExecutionException e) {
            throw unknown("too many hosts are being looked up", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unknown("the look-up was interrupted", e);
        }
    }

    /** Asked only for a kind of authentication that we do not use. */
    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private static UnknownHostException unknown(String message, Exception cause) {
        var unknown = new UnknownHostException(message);
        unknown.initCause(cause);
        return unknown;
    }
}
