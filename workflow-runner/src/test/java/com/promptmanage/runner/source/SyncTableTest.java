package com.promptmanage.runner.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyncTableTest {

    /** An API's setting is called otherwise than a database's. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"idField": "uuid"}                     | uuid
        {"idColumn": "uuid"}                    | uuid
        {"idField": "uuid", "idColumn": "none"} | uuid
        {"idColumn": ""}                        | id
        {"idColumn": null}                      | id
        {}                                      | id
        """)
    void aRecordIsKnownByTheIdThatItsSourceNames(String config, String idField) throws Exception {
        assertThat(SyncTable.idField(new ObjectMapper().readTree(config))).isEqualTo(idField);
    }
}
