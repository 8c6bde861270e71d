/**
 * Workflows to start from: those that come with the product, and those that were exported. A document with parameters
 * becomes a definition in one step, {@link com.promptmanage.runner.template.Deployer#deploy}.
 */
@NullMarked
package com.promptmanage.runner.template;

import org.jspecify.annotations.NullMarked;
