/** What people spend by coding agents, such as Claude Code, Codex CLI and Gemini CLI, beside what the agents themselves report. */
@NullMarked
package com.promptmanage.query.developer;

import org.jspecify.annotations.NullMarked;
