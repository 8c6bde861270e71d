package com.promptmanage.service.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {

    private final AddressGuard guard = new AddressGuard(List.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.255.255.255",
                "100.64.0.1",
                "100.100.100.200",
                "127.0.0.1",
                "127.255.255.254",
                "168.63.129.16",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.192",
                "192.168.1.1",
                "198.19.255.255",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::127.0.0.1",
                "::8.8.8.8",
                "::ffff:127.0.0.1",
                "64:ff9b::a9fe:a9fe",
                "64:ff9b::10.0.0.1",
                "64:ff9b:1::8.8.8.8",
                "100::1",
                "2001::1",
                "2001:db8::1",
                "2002:7f00:1::1",
                "2002:a9fe:a9fe::1",
                "2606:4700::5efe:10.0.0.1",
                "2606:4700::200:5efe:192.168.0.1",
                "3fff::1",
                "4000::1",
                "5f00::1",
                "fc00::1",
                "fd00:ec2::254",
                "fd20:ce::254",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void whatIsNotOfTheInternetIsRefused(String address) throws Exception {
        assertThat(guard.refusal(InetAddress.getByName(address))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "223.255.255.255",
                "::ffff:8.8.8.8",
                "64:ff9b::8.8.8.8",
                "2002:808:808::1",
                "2606:4700::5efe:8.8.8.8",
                "2606:4700:4700::1111",
                "2a00:1450::1"
            })
    void whatIsOfTheInternetMayBeReached(String address) throws Exception {
        assertThat(guard.refusal(InetAddress.getByName(address))).isEmpty();
    }

    /** Java turns such an address into an IPv4 one, except when it is made like this. */
    @Test
    void anIpv4AddressInTheFormOfIpv6IsJudgedAsWhatItIs() throws Exception {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, 1};

        assertThat(guard.refusal(Inet6Address.getByAddress("x", mapped, 0))).contains("private");
    }

    @Test
    void anOperatorAllowsARangeAndNothingBesideIt() throws Exception {
        var allowing = new AddressGuard(List.of(AddressRange.of("10.1.0.0/20"), AddressRange.of("fd12::/16")));

        assertThat(allowing.refusal(InetAddress.getByName("10.1.15.255"))).isEmpty();
        assertThat(allowing.refusal(InetAddress.getByName("::ffff:10.1.0.1"))).isEmpty();
        assertThat(allowing.refusal(InetAddress.getByName("64:ff9b::10.1.0.1"))).isEmpty();
        assertThat(allowing.refusal(InetAddress.getByName("fd12::1"))).isEmpty();
        assertThat(allowing.refusal(InetAddress.getByName("10.1.16.0"))).contains("private");
        assertThat(allowing.refusal(InetAddress.getByName("fd13::1"))).contains("private");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "10.0.0.0/8/8", "::1/129", "a.b/8", ""})
    void whatIsNoRangeIsNotLookedUp(String text) {
        assertThatThrownBy(() -> AddressRange.of(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
