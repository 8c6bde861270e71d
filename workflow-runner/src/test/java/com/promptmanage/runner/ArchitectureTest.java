package com.promptmanage.runner;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("com.promptmanage.runner");

    @Test
    void modelsAreKnownToOneLibraryInOnePlace() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..runner.model..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.langchain4j..")
                .check(CLASSES);
    }

    @Test
    void whatGoesOutGoesThroughTheGuard() {
        noClasses()
                .that()
                .resideInAnyPackage("..runner.model..", "..runner.connector..", "..runner.node..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net.http..", "org.apache.hc..")
                .because("an address that a user gives must not lead inside")
                .check(CLASSES);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("com.promptmanage.runner.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void whatHappensNextIsDecidedWithoutClocksTablesAndNetworks() {
        noClasses()
                .that()
                .resideInAPackage("..runner.run..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("java..", "org.jspecify..", "..runner.run..", "..runner.definition..")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.sql..", "java.io..")
                .check(CLASSES);
    }

    @Test
    void onlyTheJournalAndWhoKeepsRowsOfTheirOwnKnowTables() {
        noClasses()
                .that()
                .resideInAnyPackage("..runner.run..", "..runner.definition..", "..runner.node..", "..runner.http..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.jdbi..", "java.sql..")
                .check(CLASSES);
    }

    @Test
    void noOtherServiceIsImported() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "com.promptmanage.query..", "com.promptmanage.ingest..", "com.promptmanage.streams..")
                .check(CLASSES);
    }
}
