package com.promptmanage.runner.connector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import javax.net.SocketFactory;

/**
 * Sockets that lead to one address, whatever a name stands for by then: the driver is told the name, which a certificate must
 * bear, and connects to the address that was checked. Made by the driver, by this class's name.
 */
public final class PinnedSockets extends SocketFactory {

    private final InetAddress address;

    /** @param address in numbers */
    public PinnedSockets(String address) {
        try {
            this.address = InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Socket createSocket() {
        return new Pinned(address);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return new Socket(address, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return new Socket(address, port, local, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return new Socket(address, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return new Socket(address, port, local, localPort);
    }

    private static final class Pinned extends Socket {

        private final InetAddress address;

        private Pinned(InetAddress address) {
            this.address = address;
        }

        @Override
        public void connect(SocketAddress endpoint, int timeout) throws IOException {
            if (!(endpoint instanceof InetSocketAddress asked)) {
                throw new IOException("%s is no address of the internet".formatted(endpoint));
            }
            super.connect(new InetSocketAddress(address, asked.getPort()), timeout);
        }
    }
}
