package com.promptmanage.runner.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.template.AccountSetup;
import com.promptmanage.runner.template.AccountSetup.Lack;
import com.promptmanage.topics.account.Account;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoredSetupTest {

    private static final Account ONE = Account.team("one");

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
        assertThat(setup.source(ONE, source, "csv")).isEmpty();
        assertThat(setup.source(ONE, source, "airtable")).isEmpty();
        assertThat(setup.source(Account.team("two"), source, "csv")).isPresent();
        assertThat(setup.source(ONE, "ds_gone", "csv"))
                .get()
                .extracting(Lack::detail)
                .asString()
                .contains("ds_gone", "no data source");
        assertThat(setup.source(ONE, "appX", "airtable"))
                .get()
                .extracting(Lack::remedy)
                .asString()
                .contains("no connector for airtable");
    }

    @Test
    void samplesAreThereAndSoIsWhatIsOnlyWrittenTo() {
        assertThat(setup.source(ONE, "sample", null)).isEmpty();
        assertThat(setup.source(ONE, "sample/leads", "database")).isEmpty();
        assertThat(setup.source(ONE, "sample/nothing", "database")).isPresent();
        assertThat(setup.source(ONE, "#general", "slack")).isEmpty();
    }

    @Test
    void aFileIsKnownAsOneWithNoSheetsByItsOwnAccountAlone() {
        assertThat(setup.isFile(ONE, source)).isTrue();
        assertThat(setup.isFile(Account.team("two"), source)).isFalse();
        assertThat(setup.isFile(ONE, "sample")).isFalse();
        assertThat(setup.isFile(ONE, "ds_gone")).isFalse();
    }

    @Test
    void aSourceWhoseCredentialWasRevokedIsNoGood() {
        String credential = credential("key", "api");
        api.database().useAsSystem(handle -> {
            handle.execute("UPDATE data_sources SET credential_id = ? WHERE id = ?", credential, source);
        });
        assertThat(setup.source(ONE, source, "csv")).isEmpty();

        api.database()
                .useAsSystem(
                        handle -> handle.execute("UPDATE credentials SET status = 'revoked' WHERE id = ?", credential));

        assertThat(setup.source(ONE, source, "csv"))
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
