package com.promptmanage.ingest.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.admission.AttributeMapping;
import com.promptmanage.ingest.admission.Payer;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whose a coding agent's call is. */
class AgentCallTest {

    private static final Caller ACME = new Caller.Key("key_1", Account.team("acme"), Set.of(KeyScope.INGEST), false);

    private static final Caller ANN = new Caller.Key("key_2", Account.user("usr_ann"), Set.of(KeyScope.INGEST), false);

    private static final Map<Account, Map<String, String>> DIRECTORY = Map.of(
            Account.team("acme"), Map.of("ann@example.com", "usr_ann"),
            Account.user("usr_ann"), Map.of("ann@example.com", "usr_ann"),
            Account.team("other"), Map.of("bob@example.com", "usr_bob"));

    private static final AttributeMapping USUAL = AgentCall.DEVELOPERS.over(AttributeMapping.USUAL);

    @Test
    void theAddressOfAMemberIsTheirsHoweverItIsWritten() {
        assertThat(user(ACME, Map.of("user.email", "ann@example.com"))).isEqualTo("usr_ann");
        assertThat(user(ACME, Map.of("user.email", " Ann@Example.COM ", "user.id", "installation")))
                .isEqualTo("usr_ann");
    }

    @Test
    void anAddressOfNoMemberStaysAsItIs() {
        assertThat(user(ACME, Map.of("user.email", "Bob@example.com"))).isEqualTo("Bob@example.com");
    }

    @Test
    void whatIsNoAddressByItsNameStaysAsItIs() {
        assertThat(user(ACME, Map.of("user.account_uuid", "ann@example.com"))).isEqualTo("ann@example.com");
        assertThat(user(ACME, Map.of("user.id", "ann@example.com"))).isEqualTo("ann@example.com");
    }

    @Test
    void whatAKeyMapsGoesBeforeTheAddress() {
        AttributeMapping own = AttributeMapping.parse(List.of("user=own.login")).over(USUAL);
        Map<String, String> attributes = Map.of("own.login", "ann", "user.email", "ann@example.com");

        assertThat(call(own, attributes).payer(ACME, AgentCallTest::membersOf).userId())
                .isEqualTo("ann");
    }

    @Test
    void theAddressOfAMemberStandsNowhereInTheCall() {
        Map<String, String> attributes = Map.of("user.email", "ann@example.com", "session.id", "s1");

        for (Caller caller : List.of(ACME, ANN)) {
            AgentCall call = call(USUAL, attributes);
            Payer payer = call.payer(caller, AgentCallTest::membersOf);
            TokenUsage usage = call.usage(caller, payer, "m", TokenCounts.ofInputOutput(1, 1));

            assertThat(usage.userId()).isEqualTo("usr_ann");
            assertThat(usage.tags()).containsEntry("agent", "claude-code").doesNotContainKey("enduser");
            assertThat(usage.toString()).doesNotContain("ann@example.com");
        }
    }

    /** Of one's own account another stays a label. */
    @Test
    void inAPersonsOwnAccountOnlyTheirOwnAddressIsTheirs() {
        Map<String, String> attributes = Map.of("user.email", "bob@example.com");

        Payer payer = call(USUAL, attributes).payer(ANN, AgentCallTest::membersOf);

        assertThat(payer.userId()).isEqualTo("usr_ann");
        assertThat(payer.endUser()).isEqualTo("bob@example.com");
    }

    private static Map<String, String> membersOf(Account account) {
        return DIRECTORY.getOrDefault(account, Map.of());
    }

    private static String user(Caller caller, Map<String, String> attributes) {
        return call(USUAL, attributes).payer(caller, AgentCallTest::membersOf).userId();
    }

    private static AgentCall call(AttributeMapping mapping, Map<String, String> attributes) {
        ObjectNode told = JsonNodeFactory.instance.objectNode();
        attributes.forEach(told::put);
        var line = new LogLine("claude_code.api_request", 1, told, JsonNodeFactory.instance.objectNode());
        return new AgentCall(CodingAgent.CLAUDE_CODE, line, mapping);
    }
}
