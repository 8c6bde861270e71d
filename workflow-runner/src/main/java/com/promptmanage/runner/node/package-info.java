/**
 * What a node does. The engine asks an executor to {@link com.promptmanage.runner.node.NodeExecutor#plan plan}; what touches
 * the outside world is then made, stored and used in three steps, so that an answer that was paid for is never paid for twice.
 */
@NullMarked
package com.promptmanage.runner.node;

import org.jspecify.annotations.NullMarked;
