package com.promptmanage.ingest.admission;

import com.promptmanage.ingest.normalize.Texts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which attributes of what others send tell whose a call is and how it is labelled. Those of the operator are looked at
 * before those that everybody uses.
 *
 * <p>A target is {@code team}, {@code user}, {@code conversation}, {@code workflow} or {@code tag.<name>}; of its attributes
 * the first is looked at first. Immutable.
 */
public final class AttributeMapping {

    public static final String TEAM = "team";

    public static final String USER = "user";

    public static final String CONVERSATION = "conversation";

    public static final String WORKFLOW = "workflow";

    private static final String TAG = "tag.";

    private static final Set<String> TARGETS = Set.of(TEAM, USER, CONVERSATION, WORKFLOW);

    /** What everybody uses. */
    public static final AttributeMapping USUAL = parse(List.of(
            "team=promptmanage.team",
            "team=team.id",
            "user=promptmanage.user",
            "user=user.id",
            "user=enduser.id",
            "user=langfuse.user.id",
            "user=gen_ai.user",
            "user=traceloop.association.properties.user_id",
            "user=ai.telemetry.metadata.userId",
            "user=ai.settings.context.userId",
            "user=user.email",
            "conversation=gen_ai.conversation.id",
            "conversation=session.id",
            "conversation=langfuse.session.id",
            "conversation=traceloop.association.properties.session_id",
            "conversation=traceloop.association.properties.chat_id",
            "conversation=ai.telemetry.metadata.sessionId",
            "conversation=ai.settings.context.sessionId",
            "workflow=gen_ai.workflow.name",
            "workflow=traceloop.workflow.name",
            "workflow=langfuse.trace.name",
            "tag.agent=gen_ai.agent.name",
            "tag.agent=agent.name",
            "tag.agent=gen_ai.agent.id",
            "tag.entity=traceloop.entity.name",
            "tag.environment=deployment.environment.name",
            "tag.environment=deployment.environment",
            "tag.environment=langfuse.environment",
            "tag.function=ai.telemetry.functionId",
            "tag.organization=organization.id",
            "tag.project=promptmanage.project",
            "tag.project=project.id",
            "tag.project=project",
            "tag.release=langfuse.release",
            "tag.service=service.name"));

    private final Map<String, List<String>> attributes;

    private final Map<String, List<String>> tags;

    private final Set<String> names;

    private AttributeMapping(Map<String, List<String>> attributes) {
        this.attributes = Map.copyOf(attributes);
        this.tags = attributes.entrySet().stream()
                .filter(one -> one.getKey().startsWith(TAG))
                .collect(
                        Collectors.toUnmodifiableMap(one -> one.getKey().substring(TAG.length()), Map.Entry::getValue));
        this.names = attributes.values().stream().flatMap(List::stream).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Reads entries such as {@code team=app.team} and {@code tag.project=app.project}.
     *
     * @throws IllegalArgumentException if one is none, saying which
     */
    public static AttributeMapping parse(List<String> entries) {
        var attributes = new LinkedHashMap<String, List<String>>();
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            String target = equals < 0 ? "" : entry.substring(0, equals).strip();
            String attribute = entry.substring(equals + 1).strip();
            boolean known = TARGETS.contains(target) || (target.startsWith(TAG) && target.length() > TAG.length());
            if (!known || !Texts.isId(target) || !Texts.isId(attribute)) {
                throw new IllegalArgumentException(
                        "has '%s', which is not team, user, conversation, workflow or tag.<name>, '=', and an attribute"
                                .formatted(entry));
            }
            attributes.computeIfAbsent(target, none -> new ArrayList<>()).add(attribute);
        }
        attributes.replaceAll((target, names) -> List.copyOf(names));
        return new AttributeMapping(attributes);
    }

    /** This one, and where it knows nothing, the other. */
    public AttributeMapping over(AttributeMapping other) {
        var merged = new LinkedHashMap<>(attributes);
        other.attributes.forEach((target, names) -> merged.merge(target, names, (mine, theirs) -> {
            var both = new ArrayList<>(mine);
            both.addAll(theirs);
            return List.copyOf(both);
        }));
        return new AttributeMapping(merged);
    }

    /** The attributes to look at for a target, in order. */
    public List<String> of(String target) {
        return attributes.getOrDefault(target, List.of());
    }

    /** The tags that have attributes, by name. */
    public Map<String, List<String>> tags() {
        return tags;
    }

    /** All attributes that are looked at. */
    public Set<String> names() {
        return names;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AttributeMapping that && attributes.equals(that.attributes);
    }

    @Override
    public int hashCode() {
        return attributes.hashCode();
    }

    @Override
    public String toString() {
        return attributes.toString();
    }
}
