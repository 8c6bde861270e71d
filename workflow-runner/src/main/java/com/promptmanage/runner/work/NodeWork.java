package com.promptmanage.runner.work;

import com.promptmanage.runner.journal.CallLedger;
import com.promptmanage.runner.journal.NodeJournal;
import com.promptmanage.runner.node.NodeExecutor;
import java.time.Clock;
import java.util.random.RandomGenerator;

/** What nodes are run with. */
public record NodeWork(
        NodeJournal journal,
        CallLedger ledger,
        NodeExecutor executor,
        BudgetGate budgets,
        Prices prices,
        Expressions expressions,
        Clock clock,
        RandomGenerator random) {}
