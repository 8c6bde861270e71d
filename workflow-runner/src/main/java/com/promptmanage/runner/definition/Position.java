package com.promptmanage.runner.definition;

/** Where the builder draws a node, in pixels. Means nothing to a run. */
public record Position(double x, double y) {}
