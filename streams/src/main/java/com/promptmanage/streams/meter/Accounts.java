package com.promptmanage.streams.meter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.promptmanage.streams.intake.EventReader;
import com.promptmanage.streams.intake.Rejection;
import com.promptmanage.streams.intake.Rejection.Reason;
import com.promptmanage.streams.intake.Text;
import com.promptmanage.streams.ledger.Buckets;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.streams.ledger.NumberMap;
import com.promptmanage.streams.ledger.OldRows;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.settings.AccountSettingsCodec;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The accounts of a partition that have been met, each brought from the state when it is. */
final class Accounts {

    private final LedgerStore ledger;

    private final BudgetKeeper budgetKeeper;

    private final int partition;

    private final int partitions;

    private final LongSupplier clock;

    private final NumberMap<MeteredAccount> met = new NumberMap<>();

    /**
     * @param partition this one
     * @param partitions how many there are
     * @param clock the task's wall clock, ms since the epoch
     */
    Accounts(LedgerStore ledger, BudgetKeeper budgetKeeper, int partition, int partitions, LongSupplier clock) {
        this.ledger = ledger;
        this.budgetKeeper = budgetKeeper;
        this.partition = partition;
        this.partitions = partitions;
        this.clock = clock;
    }

    MeteredAccount of(Text name) {
        int number = ledger.names().number(name.bytes(), name.start(), name.length());
        MeteredAccount account = met.get(number, 0);
        return account != null ? account : meet(number);
    }

    MeteredAccount of(byte[] name) {
        int number = ledger.names().number(name);
        MeteredAccount account = met.get(number, 0);
        return account != null ? account : meet(number);
    }

    /** An account that has been met. */
    MeteredAccount get(int number) {
        MeteredAccount account = met.get(number, 0);
        if (account == null) {
            throw new IllegalStateException("no account has the number " + number);
        }
        return account;
    }

    /**
     * Refuses what a producer has put elsewhere than its key says: there nobody asks for the account, it has no budgets, and a
     * repeat of what is here is not known.
     */
    void requireHere(MeteredAccount account) throws Rejection {
        if (account.partition() != partition) {
            throw new Rejection(
                    Reason.WRONG_PARTITION,
                    "%s is on partition %d: let Kafka's own partitioner choose it by the key"
                            .formatted(account.account(), account.partition()));
        }
    }

    /**
     * Takes over all budgets of an account; none if the value is null.
     *
     * @param arrivalMs when they came, which may be a while ago
     */
    void budgets(byte @Nullable [] key, byte @Nullable [] value, long arrivalMs, long nowMs) throws Rejection {
        Account account = accountOf(key, value);
        List<Budget> definitions;
        try {
            definitions = value == null ? List.of() : BudgetCodec.readAll(value);
        } catch (IllegalArgumentException e) {
            throw new Rejection(Reason.INVALID, "not a list of budgets: " + e.getMessage());
        }
        if (definitions.stream().anyMatch(budget -> !budget.account().equals(account))) {
            throw new Rejection(Reason.ACCOUNT_MISMATCH, "a budget is not of the record's account " + account);
        }
        if (!definitions.stream().allMatch(Accounts::isWritable)) {
            throw new Rejection(Reason.INVALID, "a budget has the character zero, or half a character");
        }
        MeteredAccount metered = of(account.key());
        requireHere(metered);
        ledger.put(StateKeys.budgets(account.key()), value);
        budgetKeeper.define(metered, definitions, arrivalMs, nowMs);
        metered.seeBy(tagNumbers(metered));
    }

    /**
     * Takes over what follows an account; the defaults if the value is null.
     *
     * @return what follows it now
     */
    AccountSettings settings(byte @Nullable [] key, byte @Nullable [] value, long nowMs) throws Rejection {
        Account account = accountOf(key, value);
        AccountSettings settings;
        try {
            settings = value == null ? AccountSettings.defaults(account) : AccountSettingsCodec.read(value);
        } catch (IllegalArgumentException e) {
            throw new Rejection(Reason.INVALID, "not an account's settings: " + e.getMessage());
        }
        if (!settings.account().equals(account)) {
            throw new Rejection(Reason.ACCOUNT_MISMATCH, "the settings are not of the record's account " + account);
        }
        if (!settings.tags().stream().allMatch(Accounts::isWritable)) {
            // Two halves would be one tag in the rows, and its spend be added twice.
            throw new Rejection(Reason.INVALID, "a tag has half a character");
        }
        MeteredAccount metered = of(account.key());
        requireHere(metered);
        ledger.put(StateKeys.account(account.key()), value);
        if (!metered.settings().zone().equals(settings.zone())) {
            metered.keepFrom(OldRows.rebuild(ledger, account.key(), metered, new Buckets(settings.zone())));
        }
        metered.changeSettings(settings);
        metered.seeBy(tagNumbers(metered));
        budgetKeeper.rename(metered, nowMs);
        return settings;
    }

    /** A model may have another name now. */
    void pricesChanged(long nowMs) {
        met.forEach(account -> budgetKeeper.rename(account, nowMs));
    }

    void writeLifetimes() {
        met.forEach(this::writeLifetime);
    }

    /** Forgets all accounts: their numbers have lost their meaning. */
    void forget() {
        met.clear();
    }

    private void writeLifetime(MeteredAccount account) {
        byte[] changed = account.takeChangedLifetime();
        if (changed != null) {
            ledger.put(StateKeys.lifetime(account.name()), changed);
        }
    }

    private MeteredAccount meet(int number) {
        byte[] name = ledger.names().text(number);
        var account = new Account(new String(name, UTF_8));
        byte[] stored = ledger.get(StateKeys.account(name));
        AccountSettings settings =
                stored == null ? AccountSettings.defaults(account) : AccountSettingsCodec.read(stored);
        byte[] storedBudgets = ledger.get(StateKeys.budgets(name));
        int home = AccountPartition.of(name, partitions);
        var metered = new MeteredAccount(number, name, home, settings, ledger.get(StateKeys.lifetime(name)));
        met.put(number, 0, metered);
        if (storedBudgets != null) {
            budgetKeeper.resume(metered, BudgetCodec.readAll(storedBudgets), clock.getAsLong());
        }
        metered.seeBy(tagNumbers(metered));
        return metered;
    }

    /** The tags by which the account wants to see spend, and those that a budget limits. */
    private static Set<String> tags(MeteredAccount account) {
        var tags = new LinkedHashSet<String>(account.settings().tags());
        for (MeteredBudget budget : account.budgets()) {
            String tag = budget.budget().dimension().tag();
            if (tag != null) {
                tags.add(tag);
            }
        }
        return tags;
    }

    private int[] tagNumbers(MeteredAccount account) {
        return tags(account).stream()
                .mapToInt(tag -> ledger.names().number(tag.getBytes(UTF_8)))
                .toArray();
    }

    /** Whether the texts of its alerts can be kept in a database: one that cannot would hold up all that come after it. */
    private static boolean isWritable(Budget budget) {
        String dimension = budget.dimension().value();
        return List.of(budget.id(), budget.name(), budget.value(), dimension).stream()
                .allMatch(Accounts::isWritable);
    }

    private static boolean isWritable(String text) {
        return text.indexOf('\0') < 0 && UTF_8.newEncoder().canEncode(text);
    }

    private static Account accountOf(byte @Nullable [] key, byte @Nullable [] value) throws Rejection {
        if (value != null) {
            EventReader.requireSize(value);
        }
        return Account.parse(key == null ? "" : new String(key, UTF_8))
                .filter(account -> Arrays.equals(account.key(), key))
                .orElseThrow(() -> new Rejection(Reason.INVALID, "the record's key is not an account"));
    }
}
