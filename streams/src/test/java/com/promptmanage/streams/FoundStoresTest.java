package com.promptmanage.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FoundStoresTest {

    private final Map<Integer, String> owned = new HashMap<>(Map.of(0, "first", 1, "second"));

    /** By store; 1 if it is not here. */
    private final Map<String, Long> openings = new HashMap<>();

    private final List<Integer> lookedUp = new ArrayList<>();

    private boolean isRunning = true;

    private long stateChanges = 2;

    /** What happens while Streams is asked. */
    private Runnable meanwhile = () -> {};

    /** What happens just before it is seen whether the application runs. */
    private Runnable justBefore = () -> {};

    private final FoundStores<String> stores = new FoundStores<>(
            this::isRunning, () -> stateChanges, store -> openings.getOrDefault(store, 1L), this::find);

    private boolean isRunning() {
        justBefore.run();
        return isRunning;
    }

    private @Nullable String find(int partition) {
        lookedUp.add(partition);
        String store = owned.get(partition);
        meanwhile.run();
        return store;
    }

    @Test
    void aStoreIsLookedUpNoMoreWhileNothingMoves() {
        stores.get(0);
        stores.get(1);
        lookedUp.clear();

        for (int i = 0; i < 100; i++) {
            assertThat(stores.get(0)).isEqualTo("first");
            assertThat(stores.get(1)).isEqualTo("second");
        }
        assertThat(lookedUp).isEmpty();
    }

    @Test
    void aPartitionThatHasGoneIsNoLongerAnsweredFromThoughItsStoreIsOpen() {
        stores.get(0);
        rebalance(() -> owned.remove(0));

        assertThat(stores.get(0)).isNull();

        rebalance(() -> owned.put(0, "first"));
        assertThat(stores.get(0)).isEqualTo("first");
    }

    @Test
    void whileAPartitionMayMoveEachAnswerIsLookedUp() {
        stores.get(0);
        lookedUp.clear();
        isRunning = false;
        stateChanges++;

        assertThat(stores.get(0)).isEqualTo("first");
        owned.remove(0);
        assertThat(stores.get(0)).isNull();
        assertThat(lookedUp).containsExactly(0, 0);
    }

    @Test
    void aStoreThatWasClosedIsLookedUpAgain() {
        stores.get(0);
        openings.put("first", 0L);
        owned.put(0, "another");

        assertThat(stores.get(0)).isEqualTo("another");
    }

    /** A task whose state was damaged is brought back without a word to anyone, and with the same store. */
    @Test
    void aStoreThatIsOpenedAgainIsNotAnsweredFromUntilItIsRestored() {
        stores.get(0);
        openings.put("first", 2L);
        owned.remove(0);

        assertThat(stores.get(0)).isNull();

        owned.put(0, "first");
        assertThat(stores.get(0)).isEqualTo("first");
    }

    @Test
    void aStoreThatIsOpenedAgainWhileItIsLookedUpIsNotKept() {
        meanwhile = () -> {
            openings.put("first", 2L);
            owned.remove(0);
        };
        assertThat(stores.get(0)).isEqualTo("first");

        meanwhile = () -> {};
        assertThat(stores.get(0)).isNull();
    }

    @Test
    void whatIsNotThereYetIsLookedUpAgain() {
        owned.remove(0);
        assertThat(stores.get(0)).isNull();

        owned.put(0, "restored");
        assertThat(stores.get(0)).isEqualTo("restored");
    }

    @Test
    void whatMovedWhileItWasLookedUpIsNotKept() {
        meanwhile = () -> rebalance(() -> owned.remove(0));
        assertThat(stores.get(0)).isEqualTo("first");

        meanwhile = () -> {};
        assertThat(stores.get(0)).isNull();
    }

    @Test
    void whatMovedWhileItWasAskedForIsLookedUpAgain() {
        stores.get(0);
        justBefore = () -> rebalance(() -> owned.remove(0));

        assertThat(stores.get(0)).isNull();
    }

    /** As Streams goes about it: it tells of the change before anything moves. */
    private void rebalance(Runnable move) {
        isRunning = false;
        stateChanges++;
        move.run();
        isRunning = true;
        stateChanges++;
    }
}
