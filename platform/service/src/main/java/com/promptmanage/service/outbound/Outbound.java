package com.promptmanage.service.outbound;

import com.promptmanage.service.outbound.Call.Header;
import com.promptmanage.service.outbound.OutboundException.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.ssl.SSLContexts;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Calls addresses that users give: webhooks, APIs, models.
 *
 * <p>Such an address must not become a way into the network that this process stands in. So each connection is checked in the
 * call that makes it ({@link GuardedSocket}), whether it is the first, one of a redirect, or one to the second address of a
 * host; between the check and the connection no name is looked up any more. The name still is what the certificate is checked
 * against, and what the server is told. There is no proxy, no cookie, no stored password, and no retry: whether to send again
 * is for the caller to decide, who is told whether the other side may have seen the request.
 *
 * <p>The JDK's own client takes no part in choosing an address, which is why it is not used. Apache's takes its sockets from
 * us and blocks on them, which suits virtual threads.
 *
 * <p>Safe for use by several threads. A call holds its thread, virtual or not, until it is answered.
 */
public final class Outbound implements AutoCloseable {

    private static final String USER_AGENT = "Prompt-Manage/2.0";

    /** What ends in a number is no name, so that no name server of someone's is asked for it. */
    private static final Pattern ADDRESS =
            Pattern.compile("\\[.*]|(?:[0-9a-fA-FxX]+\\.)*(?:[0-9]+|0[xX][0-9a-fA-F]*)\\.?");

    private static final int URI_LENGTH_MAX = 2_048;

    private static final int PIECE_BYTES = 4 << 10;

    private static final int HEADERS_MAX = 200;

    private static final int HEADER_LENGTH_MAX = 32 << 10;

    private static final Duration KEPT_OPEN_MAX = Duration.ofSeconds(30);

    /** Shorter than what calls may take. */
    private static final long TICK_MS = 250;

    private final OutboundSettings settings;

    private final AddressGuard guard;

    private final NameLookup names;

    private final CloseableHttpClient client;

    private final ScheduledThreadPoolExecutor alarms;

    public Outbound(OutboundSettings settings) {
        this(settings, NameLookup.Names.OF_SYSTEM, SSLContexts.createDefault());
    }

    Outbound(OutboundSettings settings, NameLookup.Names names, SSLContext tls) {
        this.settings = settings;
        this.guard = new AddressGuard(settings.allowed());
        this.names = new NameLookup(names, settings.connectMax());
        this.client = client(tls);
        this.alarms = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("outbound-alarms").daemon().factory());
        this.alarms.setRemoveOnCancelPolicy(true);
        // The thread waits for whatever ends first, and is woken when that becomes another: with this one always before
        // them,
        // calls come and go without waking it.
        var unused = alarms.scheduleAtFixedRate(() -> {}, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    /**
     * What is wrong with an address that a user gives, as far as it can be told without looking anything up; empty if nothing.
     * For forms: a call checks again.
     */
    public Optional<String> faultOf(String address) {
        try {
            return address.length() > URI_LENGTH_MAX
                    ? Optional.of("is longer than %,d characters".formatted(URI_LENGTH_MAX))
                    : faultOf(new URI(address));
        } catch (URISyntaxException e) {
            return Optional.of("is not a URL");
        }
    }

    /**
     * Looks up a host for a protocol other than HTTP. The caller connects to this address, and looks nothing up again.
     *
     * @return the first of its addresses that may be reached
     */
    public InetAddress resolve(String host) throws OutboundException {
        InetAddress[] found;
        try {
            found = names.resolve(host);
        } catch (UnknownHostException e) {
            throw new OutboundException(Failure.UNKNOWN_HOST, String.valueOf(e.getMessage()), e);
        }
        for (InetAddress address : found) {
            if (guard.refusal(address).isEmpty()) {
                return address;
            }
        }
        throw new OutboundException(
                Failure.ADDRESS_REFUSED,
                "the host leads to an address which is "
                        + guard.refusal(found[0]).orElse("not one that may be reached"),
                null);
    }

    /** Makes the call and reads its answer whole. */
    public Reply send(Call call) throws OutboundException {
        try (OpenReply reply = open(call)) {
            return new Reply(reply.status(), reply.uri(), reply.headers(), readAll(reply.body()));
        }
    }

    /** Makes the call and gives its answer as soon as its head is there. The call's time goes on until it is closed. */
    public OpenReply open(Call call) throws OutboundException {
        byte[] body = call.body();
        if (body != null && body.length > settings.requestBytesMax()) {
            throw new OutboundException(
                    Failure.REQUEST_TOO_LARGE,
                    "the body is larger than %,d bytes".formatted(settings.requestBytesMax()),
                    null);
        }
        var deadline = new Deadline(call.totalMax().orElse(settings.callMax()), alarms);
        boolean opened = false;
        try {
            OpenReply reply = follow(call, deadline);
            opened = true;
            return reply;
        } finally {
            if (!opened) {
                deadline.dismiss();
            }
        }
    }

    @Override
    public void close() {
        alarms.shutdownNow();
        names.close();
        org.apache.hc.core5.io.Closer.closeQuietly(client);
    }

    private OpenReply follow(Call call, Deadline deadline) throws OutboundException {
        Call current = call;
        for (int redirects = 0; redirects <= call.redirectsMax(); redirects++) {
            OpenReply reply = once(current, deadline);
            Optional<Call> next;
            try {
                next = Redirects.next(current, reply.status(), reply.header("Location"));
            } catch (OutboundException e) {
                reply.close();
                throw e;
            }
            if (next.isEmpty()) {
                return reply;
            }
            reply.abandon();
            current = next.get();
        }
        throw Redirects.refused("there were more than " + call.redirectsMax());
    }

    private OpenReply once(Call call, Deadline deadline) throws OutboundException {
        HttpHost target = target(call.uri());
        HttpUriRequestBase request = request(call, deadline);
        deadline.watch(request);
        try {
            ClassicHttpResponse response = client.executeOpen(target, request, HttpClientContext.create());
            HttpEntity entity = response.getEntity();
            return new OpenReply(
                    response.getCode(),
                    call.uri(),
                    headers(response),
                    new BoundedBody(
                            entity == null ? InputStream.nullInputStream() : entity.getContent(),
                            response,
                            deadline,
                            call.responseBytesMax().orElse(settings.responseBytesMax())));
        } catch (IOException e) {
            throw Failures.of(e, deadline);
        } catch (IllegalStateException | NullPointerException e) {
            // Thus the library meets a call whose connection was taken from it between two of its steps.
            if (deadline.isOver()) {
                throw Failures.timedOut(deadline, e);
            }
            throw e;
        }
    }

    private HttpUriRequestBase request(Call call, Deadline deadline) {
        var request = new HttpUriRequestBase(call.method(), call.uri());
        call.headers().forEach(header -> request.addHeader(header.name(), header.value()));
        if (!request.containsHeader("User-Agent")) {
            request.addHeader("User-Agent", USER_AGENT);
        }
        byte[] body = call.body();
        if (body != null) {
            // The caller's own headers say of what type it is.
            request.setEntity(new ByteArrayEntity(body, null));
        }
        request.setConfig(RequestConfig.custom()
                .setConnectionRequestTimeout(timeout(settings.connectMax()))
                .setResponseTimeout(timeout(call.silenceMax().orElse(deadline.totalMax())))
                .setAuthenticationEnabled(false)
                .setRedirectsEnabled(false)
                .setProtocolUpgradeEnabled(false)
                .build());
        return request;
    }

    private HttpHost target(URI uri) throws OutboundException {
        Optional<String> fault = faultOf(uri);
        if (fault.isPresent()) {
            throw new OutboundException(Failure.ADDRESS_REFUSED, "the address " + fault.get(), null);
        }
        String host = uri.getHost();
        return new HttpHost(
                uri.getScheme().toLowerCase(Locale.ROOT),
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                uri.getPort());
    }

    private Optional<String> faultOf(URI uri) {
        String scheme = uri.getScheme();
        String host = uri.getHost();
        if (!"https".equalsIgnoreCase(scheme) && !"http".equalsIgnoreCase(scheme)) {
            return Optional.of("is not an http or https URL");
        }
        if (host == null || host.isBlank()) {
            return Optional.of("names no host; names with other letters are written in their xn-- form");
        }
        if (uri.getRawUserInfo() != null) {
            return Optional.of("has a user or password in it; those are sent as a header");
        }
        if (uri.getPort() == 0 || uri.getPort() > 65_535) {
            return Optional.of("has a port that is not one");
        }
        return faultOfHost(host.toLowerCase(Locale.ROOT));
    }

    /** Tells early what the socket would refuse anyway. */
    private Optional<String> faultOfHost(String host) {
        boolean here = host.equals("localhost") || host.endsWith(".localhost");
        if (!here && !ADDRESS.matcher(host).matches()) {
            return Optional.empty();
        }
        try {
            return Arrays.stream(InetAddress.getAllByName(here ? "localhost" : host))
                    .flatMap(address -> guard.refusal(address).stream())
                    .findFirst()
                    .map("leads to an address which is %s"::formatted);
        } catch (UnknownHostException e) {
            return Optional.of("names no host");
        }
    }

    private CloseableHttpClient client(SSLContext tls) {
        var connections = new GuardedConnections(guard)
                .setDnsResolver(names)
                .setTlsSocketStrategy(new DefaultClientTlsStrategy(tls))
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(Http1Config.custom()
                                .setMaxHeaderCount(HEADERS_MAX)
                                .setMaxLineLength(HEADER_LENGTH_MAX)
                                .build())
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(timeout(settings.connectMax()))
                        .setTimeToLive(TimeValue.ofSeconds(KEPT_OPEN_MAX.toSeconds()))
                        .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                        .build())
                .setDefaultTlsConfig(TlsConfig.custom()
                        .setHandshakeTimeout(timeout(settings.connectMax()))
                        .build())
                .setMaxConnTotal(settings.connectionsMax())
                .setMaxConnPerRoute(settings.connectionsMax() / 4)
                .build();
        return HttpClients.custom()
                .setConnectionManager(connections)
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .disableDefaultUserAgent()
                .build();
    }

    private static List<Header> headers(ClassicHttpResponse response) {
        return Arrays.stream(response.getHeaders())
                .map(header -> new Header(header.getName(), header.getValue() == null ? "" : header.getValue()))
                .toList();
    }

    private static byte[] readAll(InputStream body) throws OutboundException {
        try {
            // Most answers are short: transferTo would take sixteen KiB for each.
            var piece = new byte[PIECE_BYTES];
            var bytes = new ByteArrayOutputStream(PIECE_BYTES);
            for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
                bytes.write(piece, 0, count);
            }
            return bytes.toByteArray();
        } catch (OutboundException e) {
            throw e;
        } catch (IOException e) {
            throw new OutboundException(Failure.BROKEN, "the connection broke off", e);
        }
    }

    private static Timeout timeout(Duration duration) {
        return Timeout.ofMilliseconds(duration.toMillis());
    }

    /** Makes connections on guarded sockets only. */
    private static final class GuardedConnections extends PoolingHttpClientConnectionManagerBuilder {

        private final AddressGuard guard;

        GuardedConnections(AddressGuard guard) {
            this.guard = guard;
        }

        @Override
        protected HttpClientConnectionOperator createConnectionOperator(
                SchemePortResolver ports, DnsResolver names, TlsSocketStrategy tls) {
            return new DefaultHttpClientConnectionOperator(
                    proxy -> new GuardedSocket(guard),
                    ports,
                    names,
                    scheme -> scheme.equalsIgnoreCase("https") ? tls : null);
        }
    }
}
