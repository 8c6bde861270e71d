package com.promptmanage.runner.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.template.AccountSetup;
import com.promptmanage.runner.template.AccountSetup.Lack;
import com.promptmanage.runner.template.SourceKind;
import com.promptmanage.topics.account.Account;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoredSetupTest {

    private static final Account ONE = Account.team("one");

    private static final Set<SourceKind> ALL = EnumSet.allOf(SourceKind.class);

    private final RunnerApi api = new RunnerApi();

    private final AccountSetup setup = api.sources().setup(api.credentials());

    private String source = "";

    @BeforeEach
    void create() {
        source = api.create("{\"name\":\"Rows\",\"type\":\"csv\",\"config\":{},\"teamId\":\"one\"}")
                .json()
                .path("id")
                .asText();
        assertThat(source).isNotEmpty();
    }

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void aSourceIsThereForItsOwnAccountAloneAndWhateverTypeWasAskedFor() {
        assertThat(setup.source(ONE, source, "csv", ALL)).isEmpty();
        assertThat(setup.source(ONE, source, "airtable", ALL)).isEmpty();
        assertThat(setup.source(Account.team("two"), source, "csv", ALL)).isPresent();
        assertThat(setup.source(ONE, "ds_gone", "csv", ALL))
                .get()
                .extracting(Lack::detail)
                .asString()
                .contains("ds_gone", "no data source");
        assertThat(setup.source(ONE, "appX", "airtable", ALL))
                .get()
                .extracting(Lack::remedy)
                .asString()
                .contains("no connector for airtable");
    }

    @Test
    void samplesAreThereAndSoIsWhatIsOnlyWrittenTo() {
        assertThat(setup.source(ONE, "sample", null, ALL)).isEmpty();
        assertThat(setup.source(ONE, "sample/leads", "database", ALL)).isEmpty();
        assertThat(setup.source(ONE, "sample/nothing", "database", ALL)).isPresent();
        assertThat(setup.source(ONE, "#general", "slack", ALL)).isEmpty();
    }

    @Test
    void whoWantsWhatCannotBeConnectedIsToldOfWhatDoesAsWellAndOfNothingElse() {
        assertThat(setup.source(ONE, "appX", "airtable", ALL))
                .get()
                .extracting(Lack::remedy)
                .asString()
                .contains("connect a table, a file or an API with the same fields");
        assertThat(setup.source(ONE, "appX", "airtable", Set.of(SourceKind.DATABASE)))
                .get()
                .extracting(Lack::remedy)
                .asString()
                .contains("connect a table with the same fields");
        assertThat(setup.source(ONE, "appX", "airtable", Set.of()))
                .get()
                .extracting(Lack::remedy)
                .asString()
                .contains("nothing else does");
    }

    @Test
    void whatKindASourceIsIsKnownOfTheAccountsOwnAlone() {
        assertThat(setup.kind(ONE, source)).contains(SourceKind.FILE);
        assertThat(setup.kind(Account.team("two"), source)).isEmpty();
        assertThat(setup.kind(ONE, "sample")).contains(SourceKind.SAMPLE);
        assertThat(setup.kind(ONE, "sample/leads")).contains(SourceKind.SAMPLE);
        assertThat(setup.kind(ONE, "samples")).isEmpty();
        assertThat(setup.kind(ONE, "ds_gone")).isEmpty();
        assertThat(Stream.of("json", "api", "database", "sample", "slack", "gone")
                        .map(this::kindOf))
                .containsExactly(
                        Optional.of(SourceKind.FILE),
                        Optional.of(SourceKind.API),
                        Optional.of(SourceKind.DATABASE),
                        Optional.of(SourceKind.SAMPLE),
                        Optional.empty(),
                        Optional.empty());
    }

    private Optional<SourceKind> kindOf(String type) {
        api.database()
                .useAsSystem(handle -> handle.execute("UPDATE data_sources SET type = ? WHERE id = ?", type, source));
        return setup.kind(ONE, source);
    }

    @Test
    void mailIsSentOnlyWhereTheOperatorHasSetUpAServer() {
        assertThat(setup.sendsMail()).isFalse();
        assertThat(AccountSetup.UNKNOWN.sendsMail()).isTrue();
    }

    @Test
    void aSourceWhoseCredentialWasRevokedIsNoGood() {
        String credential = credential("key", "api");
        api.database().useAsSystem(handle -> {
            handle.execute("UPDATE data_sources SET credential_id = ? WHERE id = ?", credential, source);
        });
        assertThat(setup.source(ONE, source, "csv", ALL)).isEmpty();

        api.database()
                .useAsSystem(
                        handle -> handle.execute("UPDATE credentials SET status = 'revoked' WHERE id = ?", credential));

        assertThat(setup.source(ONE, source, "csv", ALL))
                .get()
                .extracting(Lack::detail)
                .asString()
                .contains("credential");
    }

    @Test
    void aSecretIsKnownByItsNameAndNoOtherCredentialIsOne() {
        credential("TOKEN", "secret");
        credential("key", "api");

        assertThat(setup.secret(ONE, "TOKEN")).isEmpty();
        assertThat(setup.secret(ONE, "key")).isPresent();
        assertThat(setup.secret(ONE, "NONE")).isPresent();
        assertThat(setup.secret(Account.team("two"), "TOKEN")).isPresent();
    }

    private String credential(String name, String kind) {
        return api.send(
                        api.editor(),
                        "POST",
                        "/api/credentials",
                        "{\"teamId\":\"one\",\"name\":\"%s\",\"kind\":\"%s\",\"values\":{\"%s\":\"v\"}}"
                                .formatted(name, kind, kind.equals("secret") ? "value" : "token"))
                .json()
                .path("id")
                .asText();
    }
}
