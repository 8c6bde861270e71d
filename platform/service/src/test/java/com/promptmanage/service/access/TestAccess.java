package com.promptmanage.service.access;

import com.promptmanage.service.access.People.NewTeam;
import com.promptmanage.service.access.People.NewUser;
import java.util.Optional;

/** Two teams and a few people: what the tests of this package start from. */
final class TestAccess {

    static final String PASSWORD = "correct horse battery staple";

    private TestAccess() {}

    static void seed(Access access) {
        var people = access.people();
        people.ensureUser(new NewUser("usr_ann", "Ann@Example.com", "Ann", Optional.of(PASSWORD)));
        people.ensureUser(new NewUser("usr_bob", "bob@example.com", "Bob", Optional.empty()));
        people.ensureTeam(new NewTeam("team_red", "Red", "red", "Europe/Berlin"));
        people.ensureTeam(new NewTeam("team_blue", "Blue", "blue", "UTC"));
        people.ensureMember("team_red", "usr_ann", Role.EDITOR);
        people.ensureMember("team_red", "usr_ann", Role.ADMIN);
        people.ensureMember("team_blue", "usr_bob", Role.OWNER);
    }
}
