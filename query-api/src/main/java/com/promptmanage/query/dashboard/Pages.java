package com.promptmanage.query.dashboard;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The pages that there are. All of them are one document; in that of each, a browser is told what it will load beside the scripts that
 * all begin with: that need not wait until those run, and ask for it.
 */
final class Pages {

    private static final String USAGE = "features/usage/usage-page";

    private static final String TEAM_SPEND = "features/team/team-dashboard-page";

    /**
     * By its address, the module that a page begins with, both as {@code src/app/router.tsx} has them. What leads on to another page
     * has that one's.
     */
    static final Map<String, String> MODULES = Map.ofEntries(
            entry("/sign-in", "app/sign-in"),
            entry("/sign-up", "app/sign-up"),
            entry("/forgot-password", "app/password-reset"),
            entry("/reset-password", "app/password-reset"),
            entry("/invite/$token", "features/team/invitation-page"),
            entry("/welcome", "app/welcome"),
            entry("/dashboard", USAGE),
            entry("/dashboard/usage", USAGE),
            entry("/dashboard/developers", "features/developers/developers-page"),
            entry("/dashboard/alerts", "features/alerts/alerts-page"),
            entry("/dashboard/lab", "features/lab/lab-page"),
            entry("/dashboard/team", TEAM_SPEND),
            entry("/dashboard/connectors", "features/connectors/connectors-page"),
            entry("/dashboard/workflows", "features/workflows/list-page"),
            entry("/dashboard/workflows/$id", "features/workflows/builder-page"),
            entry("/dashboard/workflows/$id/executions", "features/workflows/executions-page"),
            entry("/dashboard/workflows/$id/executions/$executionId", "features/workflows/execution-page"),
            entry("/dashboard/outputs", "features/workflows/outputs-page"),
            entry("/dashboard/workflow-templates", "features/workflows/templates-page"),
            entry("/settings", "features/budgets/budget-page"),
            entry("/settings/budget", "features/budgets/budget-page"),
            entry("/settings/api-keys", "features/keys/keys-page"),
            entry("/settings/team", "features/team/team-settings-page"),
            entry("/settings/notifications", "features/notifications/notifications-page"));

    /** What some pages show at once, and are there without: it comes after all else. */
    private static final String CHART = "shared/ui/trend";

    private static final Set<String> WITH_CHART = Set.of(USAGE, TEAM_SPEND);

    /** How the addresses begin of which each page asks first who is signed in. */
    private static final Set<String> SIGNED_IN = Set.of("/dashboard", "/settings", "/welcome");

    private static final String WHO_IS_THERE =
            "<link rel=\"preload\" as=\"fetch\" crossorigin href=\"/api/auth/me\" />";

    private static final String SCRIPT = "<link rel=\"modulepreload\" crossorigin href=\"/%s\" />";

    private static final String LATER_SCRIPT =
            "<link rel=\"modulepreload\" crossorigin fetchpriority=\"low\" href=\"/%s\" />";

    private static final String HEAD_END = "</head>";

    /** A part of an address that stands for any. */
    private static final Pattern PARAMETER = Pattern.compile("\\$[A-Za-z]+");

    private final String document;

    private final JsonNode manifest;

    private final List<Page> pages;

    /**
     * @param address which addresses are the page's: also with a slash behind it, and in letters of either case, as the router
     *     takes them
     */
    private record Page(Pattern address, String document) {}

    /**
     * @param document what all pages are
     * @param manifest what the build made of each module, as Vite writes it
     * @throws IllegalStateException if a page is not in the build
     */
    Pages(String document, JsonNode manifest) {
        this.document = document;
        this.manifest = manifest;
        pages = MODULES.entrySet().stream()
                .map(page -> new Page(pattern(page.getKey()), documentOf(page.getKey(), page.getValue())))
                .toList();
    }

    /** The page at an address, as a document; nothing if there is none. */
    Optional<String> at(String path) {
        return pages.stream()
                .filter(page -> page.address().matcher(path).matches())
                .map(Page::document)
                .findFirst();
    }

    private static Pattern pattern(String address) {
        return Pattern.compile(PARAMETER.matcher(address).replaceAll("[^/]+") + "/?", Pattern.CASE_INSENSITIVE);
    }

    private String documentOf(String address, String module) {
        var head = new StringBuilder();
        if (SIGNED_IN.contains(firstPart(address))) {
            head.append(WHO_IS_THERE).append('\n');
        }
        var known = new LinkedHashSet<String>();
        addScripts("index.html", known);
        addLinks(source(module), SCRIPT, known, head);
        if (WITH_CHART.contains(module)) {
            addLinks(source(CHART), LATER_SCRIPT, known, head);
        }
        return document.replace(HEAD_END, head + HEAD_END);
    }

    /** @return the path up to its second slash */
    static String firstPart(String path) {
        int end = path.indexOf('/', 1);
        return end < 0 ? path : path.substring(0, end);
    }

    private static String source(String module) {
        return "src/" + module + ".tsx";
    }

    /** Links to what is not known yet, which it is from then on. */
    private void addLinks(String source, String link, Set<String> known, StringBuilder head) {
        var all = new LinkedHashSet<>(known);
        addScripts(source, all);
        for (String file : all) {
            if (known.add(file)) {
                head.append(link.formatted(file)).append('\n');
            }
        }
    }

    /** The file that was made of a source, and those of all that it imports at once. */
    private void addScripts(String source, Set<String> files) {
        JsonNode made = manifest.path(source);
        String file = made.path("file").asText();
        if (file.isEmpty()) {
            throw new IllegalStateException(source + " is not in the build of the dashboard");
        }
        if (files.add(file)) {
            made.path("imports").forEach(imported -> addScripts(imported.asText(), files));
        }
    }
}
