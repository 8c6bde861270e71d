package com.promptmanage.service.access;

import com.promptmanage.service.outbound.AddressRange;
import io.javalin.http.Context;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Where a request comes from. A proxy that the operator trusts tells it in {@code X-Forwarded-For}; whatever anyone else writes
 * there counts for nothing, and neither does what a trusted proxy was told by someone who is not.
 */
final class ClientAddresses {

    private static final String HEADER = "X-Forwarded-For";

    private final List<AddressRange> proxies;

    ClientAddresses(List<AddressRange> proxies) {
        this.proxies = List.copyOf(proxies);
    }

    /** The address of the last one that is not a proxy of ours, without brackets and port. */
    String of(Context ctx) {
        String nearest = bare(ctx.req().getRemoteAddr());
        if (!isProxy(nearest)) {
            return nearest;
        }
        // Each proxy puts whom it was called by behind what it was sent.
        for (String told : hops(ctx).reversed()) {
            Optional<InetAddress> before = AddressRange.address(bare(told));
            if (before.isEmpty()) {
                return nearest;
            }
            nearest = bare(told);
            if (!isProxy(nearest)) {
                return nearest;
            }
        }
        return nearest;
    }

    private boolean isProxy(String address) {
        return AddressRange.address(address)
                .filter(known -> proxies.stream().anyMatch(range -> range.contains(known)))
                .isPresent();
    }

    private static List<String> hops(Context ctx) {
        var hops = new ArrayList<String>();
        for (String line : Collections.list(ctx.req().getHeaders(HEADER))) {
            hops.addAll(List.of(line.split(",", -1)));
        }
        return hops;
    }

    /** Some write an address with its port, and that of version 6 in brackets or with its interface. */
    private static String bare(String text) {
        String address = text.strip();
        if (address.startsWith("[")) {
            address = address.substring(1).replaceFirst("].*", "");
        } else if (address.indexOf(':') >= 0 && address.indexOf(':') == address.lastIndexOf(':')) {
            address = address.replaceFirst(":.*", "");
        }
        return address.replaceFirst("%.*", "");
    }
}
