/**
 * The two small languages of a workflow: {@code {{references}}} within texts, and expressions that are true, false or a
 * value. Neither can reach anything but the values it is given.
 *
 * <p>How it is used: build a {@link com.promptmanage.runner.expression.Scope} of what the node may see; {@code
 * Renderer.of(scope)} fills in templates ({@code text}, {@code value}, {@code tree}, {@code jsonText}, {@code url}) and tells
 * what was {@code missing}; {@code expressions.compile(source).evaluate(scope)} gives an expression's value. A renderer {@code
 * withSecrets} is for the call itself, never for what is kept of it.
 */
@NullMarked
package com.promptmanage.runner.expression;

import org.jspecify.annotations.NullMarked;
