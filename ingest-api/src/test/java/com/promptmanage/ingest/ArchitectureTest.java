package com.promptmanage.ingest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("com.promptmanage.ingest");

    @Test
    void packagesFormNoCycle() {
        slices().matching("com.promptmanage.ingest.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void countsAreReadWithoutRequestsAndBrokers() {
        noClasses()
                .that()
                .resideInAnyPackage("..ingest.normalize..", "..ingest.body..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.javalin..", "org.apache.kafka..", "com.promptmanage.service..")
                .check(CLASSES);
    }

    @Test
    void onlyThePublisherKnowsTheBroker() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..ingest.publish..")
                .and()
                .doNotHaveSimpleName("IngestMain")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka..")
                .check(CLASSES);
    }

    @Test
    void noOtherServiceIsImported() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "com.promptmanage.query..", "com.promptmanage.runner..", "com.promptmanage.streams..")
                .check(CLASSES);
    }
}
