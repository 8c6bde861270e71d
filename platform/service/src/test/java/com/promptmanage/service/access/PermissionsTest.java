package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.topics.account.Account;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PermissionsTest {

    private static final Account RED = Account.team("red");

    private static final Account BLUE = Account.team("blue");

    private static final Account ANN = Account.user("ann");

    private static final Account BOB = Account.user("bob");

    /** The product's matrix of permissions, row by row. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    INGEST          | yes | yes | yes | yes
                    VIEW            | yes | yes | yes | yes
                    VIEW_USAGE      | yes | yes | no  | no
                    EXPORT_USAGE    | yes | no  | no  | no
                    VIEW_AUDIT_LOG  | yes | yes | no  | no
                    EDIT_CONTENT    | yes | yes | yes | no
                    MANAGE_BUDGETS  | yes | yes | no  | no
                    MANAGE_KEYS     | yes | yes | no  | no
                    MANAGE_MEMBERS  | yes | yes | no  | no
                    MANAGE_SETTINGS | yes | yes | no  | no
                    TRANSFER_OWNERSHIP | yes | no | no | no
                    DELETE_TEAM     | yes | no  | no  | no
                    """)
    void eachRoleMayWhatTheMatrixSays(Action action, String owner, String admin, String editor, String viewer) {
        assertThat(Permissions.may(person(Role.OWNER), action, RED)).isEqualTo(owner.equals("yes"));
        assertThat(Permissions.may(person(Role.ADMIN), action, RED)).isEqualTo(admin.equals("yes"));
        assertThat(Permissions.may(person(Role.EDITOR), action, RED)).isEqualTo(editor.equals("yes"));
        assertThat(Permissions.may(person(Role.VIEWER), action, RED)).isEqualTo(viewer.equals("yes"));
        assertThat(Permissions.may(person(Role.OWNER), action, BLUE))
                .as("stranger")
                .isFalse();
        assertThat(Permissions.may(person(Role.OWNER), action, BOB))
                .as("another person")
                .isFalse();
        assertThat(Permissions.may(person(Role.VIEWER), action, ANN))
                .as("their own")
                .isTrue();
    }

    @Test
    void theMatrixHasEveryAction() throws Exception {
        var source = PermissionsTest.class
                .getDeclaredMethod(
                        "eachRoleMayWhatTheMatrixSays",
                        Action.class,
                        String.class,
                        String.class,
                        String.class,
                        String.class)
                .getAnnotation(CsvSource.class);

        assertThat(source.textBlock()
                        .lines()
                        .map(line -> line.substring(0, line.indexOf('|')).strip()))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Action.values()).map(Action::name).toList());
    }

    @Test
    void aMemberSeesTheirOwnPartOfATeam() {
        assertThat(Permissions.mayQuery(person(Role.VIEWER), RED, "ann")).isTrue();
        assertThat(Permissions.mayQuery(person(Role.VIEWER), RED, "bob")).isFalse();
        assertThat(Permissions.mayQuery(person(Role.VIEWER), RED)).isFalse();
        assertThat(Permissions.mayQuery(person(Role.ADMIN), RED, "bob")).isTrue();
        assertThat(Permissions.mayQuery(person(Role.ADMIN), BLUE, "ann")).isFalse();
    }

    @Test
    void nobodyChargesAColleague() {
        assertThat(Permissions.mayIngest(person(Role.OWNER), RED, "ann")).isTrue();
        assertThat(Permissions.mayIngest(person(Role.OWNER), RED, "bob")).isFalse();
        assertThat(Permissions.mayIngest(key(ANN, false, KeyScope.ALL), ANN, "bob"))
                .isFalse();
        assertThat(Permissions.mayIngest(key(RED, false, KeyScope.ALL), RED, "bob"))
                .isTrue();
    }

    @Test
    void aKeyIsHeldByItsAccountAndItsScopes() {
        var ingestOnly = key(RED, false, Set.of(KeyScope.INGEST));

        assertThat(Permissions.mayIngest(ingestOnly, RED, "ann")).isTrue();
        assertThat(Permissions.mayIngest(ingestOnly, BLUE, "ann")).isFalse();
        assertThat(Permissions.mayQuery(ingestOnly, RED)).isFalse();
        assertThat(Permissions.may(ingestOnly, Action.MANAGE_BUDGETS, RED)).isFalse();
        assertThat(Permissions.mayQuery(key(RED, false, Set.of(KeyScope.QUERY)), RED))
                .isTrue();
        assertThat(Permissions.mayIngest(key(RED, false, Set.of(KeyScope.QUERY)), RED, "ann"))
                .isFalse();
    }

    @Test
    void aKeyThatSpeaksForOthersStillNeedsTheScope() {
        var gateway = key(RED, true, Set.of(KeyScope.INGEST));

        assertThat(Permissions.mayIngest(gateway, BLUE, "bob")).isTrue();
        assertThat(Permissions.mayIngest(gateway, BOB, "bob")).isTrue();
        assertThat(Permissions.mayQuery(gateway, BLUE)).isFalse();
        assertThat(Permissions.mayQuery(key(RED, true, KeyScope.ALL), BLUE)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Action.class)
    void aKeyMayNoMoreThanWhoMadeIt(Action action) {
        for (Role role : Role.values()) {
            var key = new Caller.Key("key_1", RED, KeyScope.ALL, false, role);

            assertThat(Permissions.may(key, action, RED))
                    .as("%s %s", action, role)
                    .isEqualTo(Permissions.may(person(role), action, RED));
        }
    }

    @Test
    void onlyOperatorsAndTheirKeysOperate() {
        assertThat(Permissions.mayOperate(person(Role.OWNER))).isFalse();
        assertThat(Permissions.mayOperate(new Caller.Person("ann", "ann@example.com", "Ann", "ses_1", Map.of(), true)))
                .isTrue();
        assertThat(Permissions.mayOperate(key(RED, false, KeyScope.ALL))).isFalse();
        assertThat(Permissions.mayOperate(key(RED, true, Set.of(KeyScope.INGEST))))
                .isFalse();
        assertThat(Permissions.mayOperate(key(RED, true, KeyScope.ALL))).isTrue();
    }

    @Test
    void aStrangerLearnsNotWhetherATeamExists() {
        assertThatThrownBy(() -> Permissions.requireQuery(person(Role.VIEWER), RED))
                .hasMessageContaining("do not allow");
        assertThatThrownBy(() -> Permissions.requireQuery(person(Role.VIEWER), BLUE))
                .hasMessage("There is no team:blue that you may see");
    }

    private static Caller person(Role role) {
        return new Caller.Person("ann", "ann@example.com", "Ann", "ses_1", Map.of("red", role));
    }

    private static Caller key(Account account, boolean others, Set<KeyScope> scopes) {
        return new Caller.Key("key_1", account, scopes, others);
    }
}
