/**
 * What a workflow is: the records of a definition, its JSON, its graph, and everything that can be wrong with it. No
 * clock, no socket, no table.
 *
 * <p>{@code DefinitionJson} reads a document into a {@code Definition} and tells what it could not take; {@code
 * DefinitionCheck} tells everything else that is wrong; {@code Graph} answers who comes before whom, and {@code Scopes}
 * how often a node runs.
 */
@NullMarked
package com.promptmanage.runner.definition;

import org.jspecify.annotations.NullMarked;
