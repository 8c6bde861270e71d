package com.promptmanage.runner;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

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
}
