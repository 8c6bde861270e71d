package com.promptmanage.local.demo;

import com.promptmanage.local.replay.Casting;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.access.People.NewTeam;
import com.promptmanage.service.access.People.NewUser;
import com.promptmanage.service.access.Role;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.tier.Tier;
import com.promptmanage.topics.account.Account;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The team that everything starts with, and its people. */
public final class DemoTeam {

    public static final String TEAM_ID = "team_demo";

    public static final String USER_ID = "usr_demo";

    public static final String EMAIL = "demo@example.com";

    /** What people and apps of the team did, so that whoever sees it knows that it was made up. */
    public static final Map<String, String> TAGS = Map.of("demo", "true");

    private record Member(String id, String name, Role role) {}

    private static final List<Member> OTHERS = List.of(
            new Member("usr_mara", "Mara Lindqvist", Role.ADMIN),
            new Member("usr_jonas", "Jonas Weber", Role.EDITOR),
            new Member("usr_priya", "Priya Nair", Role.EDITOR),
            new Member("usr_lea", "Léa Martin", Role.EDITOR),
            new Member("usr_omar", "Omar Haddad", Role.VIEWER));

    private static final List<String> PROMPTS =
            List.of("prompt_answer_ticket", "prompt_summarize_call", "prompt_draft_reply", "prompt_translate");

    private DemoTeam() {}

    /**
     * Creates what is missing. The others cannot sign in: nobody is told a password of theirs. Where tiers' limits hold, the team
     * begins in the tier that its people and budgets need.
     */
    public static void ensure(Access access, Database database, String password) {
        boolean isNew = access.people().ensureTeam(new NewTeam(TEAM_ID, "Demo team", "demo", "UTC"));
        if (isNew && access.tiers().isEnforced()) {
            database.useAsSystem(handle ->
                    handle.execute("UPDATE teams SET tier = ? WHERE id = ?", Tier.ENTERPRISE.code(), TEAM_ID));
        }
        access.people().ensureUser(new NewUser(USER_ID, EMAIL, "Demo", Optional.of(password)));
        access.people().ensureMember(TEAM_ID, USER_ID, Role.OWNER);
        for (Member member : OTHERS) {
            String email = member.id().substring("usr_".length()) + "@example.com";
            access.people().ensureUser(new NewUser(member.id(), email, member.name(), Optional.empty()));
            access.people().ensureMember(TEAM_ID, member.id(), member.role());
        }
    }

    /** A new key of the team, with every scope, that may speak for anyone. */
    public static String createKey(Access access) {
        return access.keys()
                .create(
                        Scope.EVERYONE,
                        NewKey.of("local demo", Account.team(TEAM_ID)).speakingForOthers())
                .secret();
    }

    public static List<String> members() {
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(USER_ID), OTHERS.stream().map(Member::id))
                .toList();
    }

    static Casting casting() {
        return new Casting(List.of(TEAM_ID), members(), Casting.MODELS, PROMPTS, TAGS);
    }
}
