package com.promptmanage.service.outbound;

import com.promptmanage.service.settings.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The addresses that share their first bits, as CIDR writes them: {@code 10.0.0.0/8}, {@code fd00::/8}. Holds addresses of
 * its own family only.
 */
public final class AddressRange {

    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

    /** Only what is an address for certain, so that nothing is ever looked up. */
    private static final Pattern LITERAL =
            Pattern.compile("%1$s(?:\\.%1$s){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*".formatted(OCTET));

    private final byte[] first;

    private final int bits;

    private AddressRange(byte[] first, int bits) {
        this.first = first;
        this.bits = bits;
    }

    /** @throws IllegalArgumentException if the text is no address, or none with a fitting number of bits behind a slash */
    public static AddressRange of(String cidr) {
        String[] parts = cidr.strip().split("/", -1);
        Optional<InetAddress> first = parts.length > 2 ? Optional.empty() : address(parts[0]);
        byte[] address = first.orElseThrow(() -> new IllegalArgumentException(
                        "is not a range of addresses: use for example 10.1.0.0/16 or fd00::/8"))
                .getAddress();
        int bits = parts.length == 1 ? address.length * 8 : bits(parts[1]);
        if (bits < 0 || bits > address.length * 8) {
            throw new IllegalArgumentException("has more bits than its address: use at most /" + address.length * 8);
        }
        return new AddressRange(address, bits);
    }

    /**
     * Reads {@code PM_<name>}: ranges with commas between them.
     *
     * @param name of the setting, without its prefix
     */
    public static List<AddressRange> listFrom(Settings settings, String name) {
        return settings.list(name, List.of()).stream()
                .flatMap(text -> {
                    try {
                        return Stream.of(of(text));
                    } catch (IllegalArgumentException e) {
                        settings.require(false, "%s%s: '%s' %s".formatted(Settings.PREFIX, name, text, e.getMessage()));
                        return Stream.of();
                    }
                })
                .toList();
    }

    /** The address that a text writes out; nothing for a name, which is not looked up. */
    public static Optional<InetAddress> address(String text) {
        if (!LITERAL.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    public boolean contains(InetAddress address) {
        return contains(address.getAddress());
    }

    /** @param address 4 or 16 bytes, the highest first */
    boolean contains(byte[] address) {
        if (address.length != first.length) {
            return false;
        }
        int whole = bits / 8;
        for (int i = 0; i < whole; i++) {
            if (address[i] != first[i]) {
                return false;
            }
        }
        int rest = bits % 8;
        return rest == 0 || ((address[whole] ^ first[whole]) & 0xff) >>> (8 - rest) == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range && bits == range.bits && java.util.Arrays.equals(first, range.first);
    }

    @Override
    public int hashCode() {
        return 31 * java.util.Arrays.hashCode(first) + bits;
    }

    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(first).getHostAddress() + "/" + bits;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    private static int bits(String text) {
        return text.matches("\\d{1,3}") ? Integer.parseInt(text) : -1;
    }
}
