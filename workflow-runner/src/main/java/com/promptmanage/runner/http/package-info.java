/** The runner's HTTP API: workflows and what they have done. Who may do what with one is decided in {@code WorkflowAccess}. */
@NullMarked
package com.promptmanage.runner.http;

import org.jspecify.annotations.NullMarked;
