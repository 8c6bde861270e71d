package com.promptmanage.runner.run;

import com.promptmanage.runner.run.ScopeState.Progress;
import com.promptmanage.runner.run.ScopeState.Stage;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link ScopeState} while a decision is made. */
final class Scope {

    private final String path;

    private final @Nullable String parent;

    private final @Nullable String owner;

    private final int index;

    private final Block block;

    private final StringBuilder steps;

    private final StringBuilder links;

    private final StringBuilder exports;

    private final Map<String, Progress> progress;

    private boolean changed;

    private boolean left;

    Scope(String path, @Nullable String parent, @Nullable String owner, int index, Block block) {
        this(
                new ScopeState(
                        path,
                        parent,
                        owner,
                        index,
                        ".".repeat(block.members().size()),
                        "?".repeat(block.links().size()),
                        "?".repeat(block.exports().size()),
                        Map.of()),
                block);
        changed = true;
    }

    Scope(ScopeState state, Block block) {
        this.path = state.path();
        this.parent = state.parent();
        this.owner = state.owner();
        this.index = state.index();
        this.block = block;
        this.steps = new StringBuilder(state.steps());
        this.links = new StringBuilder(state.links());
        this.exports = new StringBuilder(state.exports());
        this.progress = new HashMap<>(state.progress());
    }

    ScopeState state() {
        return new ScopeState(
                path, parent, owner, index, steps.toString(), links.toString(), exports.toString(), progress);
    }

    String path() {
        return path;
    }

    String parent() {
        if (parent == null) {
            throw new IllegalStateException("the root is in no other scope");
        }
        return parent;
    }

    @Nullable
    String owner() {
        return owner;
    }

    Block block() {
        return block;
    }

    boolean isChanged() {
        return changed;
    }

    boolean isLeft() {
        return left;
    }

    void setLeft() {
        left = true;
    }

    Stage stage(String member) {
        return Stage.of(steps.charAt(block.index(member)));
    }

    void put(String member, Stage stage) {
        steps.setCharAt(block.index(member), stage.letter());
        changed = true;
    }

    Progress progress(String member) {
        Progress known = progress.get(member);
        if (known == null) {
            throw new IllegalStateException("the items of '%s' in scope '%s' are not known".formatted(member, path));
        }
        return known;
    }

    void put(String member, Progress value) {
        progress.put(member, value);
        changed = true;
    }

    void removeProgress(String member) {
        progress.remove(member);
        changed = true;
    }

    char link(String id) {
        return links.charAt(position(block.linkIndex(), id));
    }

    void putLink(String id, char state) {
        int position = position(block.linkIndex(), id);
        if (links.charAt(position) != '?') {
            throw new IllegalStateException("link '%s' in scope '%s' was decided before".formatted(id, path));
        }
        links.setCharAt(position, state);
        changed = true;
    }

    /** Active once it is for one of several inner scopes. */
    void export(String id, boolean active) {
        int position = position(block.exportIndex(), id);
        if (exports.charAt(position) != 'A') {
            exports.setCharAt(position, active ? 'A' : 'D');
            changed = true;
        }
    }

    String exports() {
        return exports.toString();
    }

    boolean isOver() {
        for (int i = 0; i < steps.length(); i++) {
            if (!Stage.of(steps.charAt(i)).isOver()) {
                return false;
            }
        }
        return true;
    }

    private static int position(Map<String, Integer> positions, String id) {
        Integer position = positions.get(id);
        if (position == null) {
            throw new IllegalStateException("link '%s' is not of this scope".formatted(id));
        }
        return position;
    }
}
