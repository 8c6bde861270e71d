package com.promptmanage.runner.work;

import com.promptmanage.runner.journal.CallLedger;
import com.promptmanage.runner.journal.NodeJournal;
import java.time.Clock;
import java.util.random.RandomGenerator;

/** What nodes are run with. */
public record NodeWork(
        NodeJournal journal,
        CallLedger ledger,
        Executors executors,
        BudgetGate budgets,
        Prices prices,
        Conditions conditions,
        Clock clock,
        RandomGenerator random) {}
