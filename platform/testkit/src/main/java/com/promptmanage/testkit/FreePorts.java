package com.promptmanage.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Loopback ports that nobody listens on, for who must know a port before it is used. They lie below those that a system
 * gives by itself (32,768 and up on Linux, 49,152 and up elsewhere): until a server has started on such a port, which may
 * take a process seconds, no outgoing connection gets it, not even one that asks whether the server is there yet and would
 * so be connected to itself.
 */
public final class FreePorts {

    private static final int FIRST = 10_000;

    private static final int END = 32_768;

    private static final int TRIES_MAX = 10_000;

    /** Ports are not given twice in one JVM, also while nobody listens on them yet. */
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private FreePorts() {}

    /** @throws IllegalStateException if none is found */
    public static int one() {
        for (int i = 0; i < TRIES_MAX; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free loopback port after " + TRIES_MAX + " tries");
    }

    /** So many ports, all different. */
    public static List<Integer> several(int count) {
        var ports = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            ports.add(one());
        }
        return List.copyOf(ports);
    }

    static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
