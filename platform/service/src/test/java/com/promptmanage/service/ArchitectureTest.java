package com.promptmanage.service;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("com.promptmanage.service");

    @Test
    void packagesFormNoCycle() {
        slices().matching("com.promptmanage.service.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void onlyTheDatabaseAndWhoWorksInItKnowSql() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "..service.database..",
                        "..service.access..",
                        "..service.audit..",
                        "..service.budget..",
                        "..service.tier..",
                        "..service.outbox..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "org.jdbi..", "org.postgresql..")
                .check(CLASSES);
    }

    @Test
    void settingsAndIdsNeedNothingElse() {
        noClasses()
                .that()
                .resideInAnyPackage("..service.settings..", "..service.id..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("..service.settings..", "..service.id..", "java..", "org.jspecify..")
                .check(CLASSES);
    }

    @Test
    void bodiesAreReadOnlyWithALimit() {
        noClasses()
                .that()
                .doNotHaveSimpleName("RequestBody")
                .should()
                .callMethodWhere(com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                                com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching(
                                        "body|bodyAsBytes|bodyAsClass|bodyStreamAsClass|bodyInputStream|bodyValidator"))
                        .and(com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                                com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner(
                                        com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo(
                                                io.javalin.http.Context.class)))))
                .because("the framework's own way to a body knows no limit after inflation")
                .check(CLASSES);
    }
}
