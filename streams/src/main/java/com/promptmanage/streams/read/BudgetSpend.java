package com.promptmanage.streams.read;

import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Period;

/**
 * How far one value has got with a budget in one window.
 *
 * @param value of the budget's dimension; for the account itself, the account
 * @param spent in the limit's unit: nanoUSD or tokens
 */
public record BudgetSpend(Budget budget, String value, Period.Window window, long spent) {}
