package com.promptmanage.service.outbound;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Says which addresses a call may reach: those of the public internet, and the ranges that the operator allows.
 *
 * <p>What is not public is taken from IANA's registries of special-purpose addresses. An IPv6 address that stands for an
 * IPv4 address (mapped, NAT64, 6to4, ISATAP) is judged by that one too, for a gateway on the way may take it there.
 */
final class AddressGuard {

    private record Kind(String name, List<AddressRange> ranges) {

        static Kind of(String name, String... ranges) {
            return new Kind(name, Stream.of(ranges).map(AddressRange::of).toList());
        }

        boolean contains(byte[] address) {
            return ranges.stream().anyMatch(range -> range.contains(address));
        }
    }

    private static final List<Kind> NOT_PUBLIC = List.of(
            Kind.of("this network", "0.0.0.0/8"),
            Kind.of("loopback", "127.0.0.0/8", "::1/128"),
            // 169.254.169.254 and fe80::a9fe:a9fe are where clouds tell a machine its credentials.
            Kind.of("link-local", "169.254.0.0/16", "fe80::/10"),
            Kind.of("private", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"),
            Kind.of("shared by a carrier", "100.64.0.0/10"),
            Kind.of("multicast or broadcast", "224.0.0.0/4", "255.255.255.255/32", "ff00::/8"),
            // Looks public, and is the inside of a cloud: there it answers each machine about itself.
            Kind.of("a cloud's own", "168.63.129.16/32"),
            Kind.of(
                    "reserved",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "240.0.0.0/4",
                    "2001::/23",
                    "2001:db8::/32",
                    "3fff::/20"));

    /** The only part of IPv6 that is given out for the internet. */
    private static final AddressRange GLOBAL_UNICAST = AddressRange.of("2000::/3");

    private final List<AddressRange> allowed;

    /** @param allowed ranges that may be reached although they are not public */
    AddressGuard(List<AddressRange> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    /** Why the address may not be reached, to be read after "which is"; empty if it may. */
    Optional<String> refusal(InetAddress address) {
        return refusal(address.getAddress());
    }

    private Optional<String> refusal(byte[] address) {
        if (allowed.stream().anyMatch(range -> range.contains(address))) {
            return Optional.empty();
        }
        if (address.length == 4) {
            return special(address);
        }
        Optional<byte[]> embedded = embedded(address);
        if (isTranslated(address)) {
            return embedded.flatMap(this::refusal);
        }
        return embedded.flatMap(this::refusal)
                .or(() -> special(address))
                .or(() -> GLOBAL_UNICAST.contains(address) ? Optional.empty() : Optional.of("not of the internet"));
    }

    private static Optional<String> special(byte[] address) {
        return NOT_PUBLIC.stream()
                .filter(kind -> kind.contains(address))
                .map(Kind::name)
                .findFirst();
    }

    /** Whether the IPv6 address is nothing but a way to write an IPv4 address: mapped, or NAT64 by its well-known prefix. */
    private static boolean isTranslated(byte[] address) {
        return (isZero(address, 0, 10) && address[10] == -1 && address[11] == -1)
                || (startsWith(address, 0x00, 0x64, 0xff, 0x9b) && isZero(address, 4, 12));
    }

    private static Optional<byte[]> embedded(byte[] address) {
        if (isTranslated(address) || isIsatap(address)) {
            return Optional.of(Arrays.copyOfRange(address, 12, 16));
        }
        return startsWith(address, 0x20, 0x02) ? Optional.of(Arrays.copyOfRange(address, 2, 6)) : Optional.empty();
    }

    private static boolean isIsatap(byte[] address) {
        return (address[8] & 0xfd) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == (byte) 0xfe;
    }

    private static boolean startsWith(byte[] address, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if ((address[i] & 0xff) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(byte[] address, int from, int to) {
        for (int i = from; i < to; i++) {
            if (address[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
