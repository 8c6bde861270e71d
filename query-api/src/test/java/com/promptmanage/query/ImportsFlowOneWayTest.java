package com.promptmanage.query;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ImportsFlowOneWayTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("com.promptmanage.query");

    @Test
    void packagesFormNoCycle() {
        slices().matching("com.promptmanage.query.(**)")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void conceptsDoNotKnowEachOther() {
        String[] concepts = {"usage", "budget", "model"};
        for (String concept : concepts) {
            for (String other : concepts) {
                if (!concept.equals(other)) {
                    noClasses()
                            .that()
                            .resideInAPackage("com.promptmanage.query." + concept)
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage("com.promptmanage.query." + other)
                            .check(CLASSES);
                }
            }
        }
    }

    @Test
    void onlyForwardingCallsOut() {
        noClasses()
                .that()
                .resideOutsideOfPackage("com.promptmanage.query.routing")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.net.http..")
                .because("where a request may go is decided in one place")
                .check(CLASSES);
    }

    @Test
    void timeComesFromAClock() {
        noClasses()
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .check(CLASSES);
    }
}
