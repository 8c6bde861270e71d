package com.promptmanage.service.outbound;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Optional;

/**
 * Refuses in the very call that would connect: whatever resolved a name, however often and to whatever, the address that is
 * checked here is the one that is connected to. It goes through no proxy, not even one that the JVM was started with.
 */
final class GuardedSocket extends Socket {

    private final AddressGuard guard;

    GuardedSocket(AddressGuard guard) {
        super(Proxy.NO_PROXY);
        this.guard = guard;
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        connect(endpoint, 0);
    }

    @Override
    public void connect(SocketAddress endpoint, int timeoutMillis) throws IOException {
        if (!(endpoint instanceof InetSocketAddress address)) {
            throw new RefusedAddressException("only addresses of the internet can be reached");
        }
        InetAddress resolved = address.getAddress();
        if (resolved == null) {
            throw new RefusedAddressException("the address is not known yet");
        }
        Optional<String> refusal = guard.refusal(resolved);
        if (refusal.isPresent()) {
            throw new RefusedAddressException("it leads to an address which is " + refusal.get());
        }
        super.connect(endpoint, timeoutMillis);
    }
}
