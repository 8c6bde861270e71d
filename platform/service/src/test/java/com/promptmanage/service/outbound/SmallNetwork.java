package com.promptmanage.service.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.promptmanage.service.outbound.OutboundException.Failure;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One test's receivers and callers. In it 127.0.0.1 stands for the internet, and 127.0.0.2 for what is inside. */
final class SmallNetwork implements AfterEachCallback {

    static final OutboundSettings SETTINGS = new OutboundSettings(
            List.of(AddressRange.of("127.0.0.1")),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            100_000,
            100_000,
            400);

    static final InetAddress OUTSIDE = address("127.0.0.1");

    static final InetAddress INSIDE = address("127.0.0.2");

    private final List<AutoCloseable> toClose = new ArrayList<>();

    Receiver receiver(String address, Receiver.Answer answer) throws Exception {
        Receiver receiver = Receiver.on(address, 0, answer);
        toClose.add(receiver);
        return receiver;
    }

    Outbound outbound(OutboundSettings settings, NameLookup.Names names) {
        try {
            var outbound = new Outbound(settings, names, SSLContext.getDefault());
            toClose.add(outbound);
            return outbound;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** With the rest, after the test. */
    void closes(AutoCloseable thing) {
        toClose.add(thing);
    }

    static void assertFails(Failure failure, Outbound outbound, Call call) {
        assertThatExceptionOfType(OutboundException.class)
                .isThrownBy(() -> outbound.send(call))
                .satisfies(e -> assertThat(e.failure()).as(e.getMessage()).isEqualTo(failure));
    }

    static Call to(String host, Receiver receiver) {
        return Call.get(uri(host, receiver));
    }

    static URI uri(String host, Receiver receiver) {
        return URI.create("http://%s:%d/".formatted(host, receiver.port()));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable thing : toClose.reversed()) {
            thing.close();
        }
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
