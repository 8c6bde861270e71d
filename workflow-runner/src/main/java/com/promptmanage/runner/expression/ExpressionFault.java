package com.promptmanage.runner.expression;

/**
 * One thing wrong with an expression.
 *
 * @param offset where in its text, characters from the start
 * @param detail what is wrong
 * @param remedy what to write instead
 */
public record ExpressionFault(int offset, String detail, String remedy) {}
