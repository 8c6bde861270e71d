package com.promptmanage.runner.expression;

import com.google.common.collect.ImmutableList;
import dev.cel.checker.CelStandardDeclarations;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Compiles expressions and remembers those it has compiled. Safe for use by several threads; one for the process is enough.
 *
 * <p>The language is CEL with the product's forms ({@link CelForm}) and helpers ({@link CelFunctions}). It has no access to
 * classes, files, the network or the clock. Its patterns are RE2's, which take time in proportion to the text. What CEL
 * leaves open is bounded here: the length and depth of an expression, the rounds of its loops, the size of its patterns;
 * and by {@link Allowance} what it makes and how long it takes.
 */
public final class Expressions {

    /** Characters. */
    public static final int LENGTH_MAX = 10_000;

    private static final int DEPTH_MAX = 50;

    private static final int ROUNDS_MAX = 10_000;

    private static final int PATTERN_SIZE_MAX = 10_000;

    private static final int REMEMBERED_MAX = 2_000;

    private static final int ISSUES_MAX = 5;

    /** CEL's own that {@link CelFunctions} has in its place. */
    private static final Set<String> REPLACED = Set.of("ADD_STRING", "CONTAINS_STRING");

    private static final CelOptions OPTIONS = CelOptions.current()
            .maxExpressionCodePointSize(LENGTH_MAX + 2 * LENGTH_MAX)
            .maxParseRecursionDepth(DEPTH_MAX)
            .maxParseErrorRecoveryLimit(ISSUES_MAX)
            .comprehensionMaxIterations(ROUNDS_MAX)
            .maxRegexProgramSize(PATTERN_SIZE_MAX)
            .enableHeterogeneousNumericComparisons(true)
            .build();

    private final CelCompiler compiler = compiler(Set.of());

    private final CelRuntime runtime = runtime();

    private final Map<String, Expression> expressions = remembering();

    private final Map<Set<String>, CelCompiler> compilers = remembering();

    /**
     * @throws ExpressionFaultsException with everything that is wrong with it
     */
    public Expression compile(String source) throws ExpressionFaultsException {
        Expression known;
        synchronized (expressions) {
            known = expressions.get(source);
        }
        if (known != null) {
            return known;
        }
        Expression compiled = compileAnew(source);
        synchronized (expressions) {
            expressions.put(source, compiled);
        }
        return compiled;
    }

    private Expression compileAnew(String source) throws ExpressionFaultsException {
        if (source.isBlank()) {
            throw new ExpressionFaultsException(0, "is empty", "Write an expression such as record.score > 7.");
        }
        if (source.length() > LENGTH_MAX) {
            throw new ExpressionFaultsException(
                    0,
                    "has %,d characters".formatted(source.length()),
                    "Keep an expression within %,d characters.".formatted(LENGTH_MAX));
        }
        CelForm form = CelForm.of(source);
        CelAbstractSyntaxTree parsed = tree(compiler.parse(form.text()), form);
        ReferencesOfExpression references = ReferencesOfExpression.in(parsed.getExpr());
        if (references.names().contains(Names.SECRETS)) {
            throw new ExpressionFaultsException(
                    source.indexOf(Names.SECRETS),
                    "uses a secret",
                    "Secrets can stand in the url, headers and params of a webhook and the url and headers of an"
                            + " output, nowhere else.");
        }
        CelAbstractSyntaxTree checked = tree(compilerOf(references.names()).check(parsed), form);
        try {
            return new Expression(
                    source,
                    runtime.createProgram(checked),
                    references.references(),
                    checked.getResultType(),
                    form.hasBracesInText());
        } catch (CelEvaluationException e) {
            throw new ExpressionFaultsException(0, "cannot be prepared: " + e.getMessage(), "Write it in another way.");
        }
    }

    private CelCompiler compilerOf(Set<String> names) {
        return remembered(compilers, names, () -> compiler(names));
    }

    private static CelCompiler compiler(Set<String> names) {
        CelCompilerBuilder builder = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                // Names of types would stand in the way of fields called type, list or map.
                .setStandardEnvironmentEnabled(false)
                .setStandardDeclarations(CelStandardDeclarations.newBuilder()
                        .filterFunctions((function, overload) -> isOffered(function.name()))
                        .filterIdentifiers(identifier -> false)
                        .build())
                .addFunctionDeclarations(CelFunctions.declarations());
        names.forEach(name -> builder.addVar(name, SimpleType.DYN));
        return builder.build();
    }

    private static CelRuntime runtime() {
        // The newer one, the planner, copies every value that an expression names, however large.
        return CelRuntimeFactory.legacyCelRuntimeBuilder()
                .setOptions(OPTIONS)
                .setStandardEnvironmentEnabled(false)
                .setStandardFunctions(CelStandardFunctions.newBuilder()
                        .filterFunctions((function, overload) ->
                                isOffered(function.name()) && !REPLACED.contains(overload.toString()))
                        .build())
                .addFunctionBindings(CelFunctions.bindings())
                .build();
    }

    /** Bytes have no place in JSON, and types none without their names. */
    private static boolean isOffered(String function) {
        return !function.equals("BYTES") && !function.equals("TYPE");
    }

    private static CelAbstractSyntaxTree tree(CelValidationResult result, CelForm form)
            throws ExpressionFaultsException {
        if (result.hasError()) {
            throw new ExpressionFaultsException(faults(result.getErrors(), form));
        }
        try {
            return result.getAst();
        } catch (CelValidationException e) {
            throw new ExpressionFaultsException(faults(ImmutableList.copyOf(e.getErrors()), form));
        }
    }

    private static List<ExpressionFault> faults(ImmutableList<CelIssue> issues, CelForm form) {
        var faults = new ArrayList<ExpressionFault>();
        for (CelIssue issue : issues.stream().limit(ISSUES_MAX).toList()) {
            int position = position(form.text(), issue);
            faults.add(new ExpressionFault(
                    form.sourceOffset(position),
                    CelMessages.plain(issue.getMessage()),
                    CelMessages.remedy(issue.getMessage())));
        }
        if (faults.isEmpty()) {
            faults.add(new ExpressionFault(0, "cannot be read", "Simplify it: it may be nested too deeply."));
        }
        return faults;
    }

    private static int position(String text, CelIssue issue) {
        int line = issue.getSourceLocation().getLine();
        int lineStart = 0;
        for (int i = 1; i < line; i++) {
            lineStart = Math.max(lineStart, text.indexOf('\n', lineStart) + 1);
        }
        return Math.clamp(lineStart + (long) issue.getSourceLocation().getColumn(), 0, text.length());
    }

    private static <K, V> V remembered(Map<K, V> map, K key, Supplier<V> making) {
        synchronized (map) {
            V known = map.get(key);
            if (known != null) {
                return known;
            }
        }
        // Outside of the lock, for it takes milliseconds. Two threads may do it at once; one of the results stays.
        V made = making.get();
        synchronized (map) {
            map.put(key, made);
        }
        return made;
    }

    private static <K, V> Map<K, V> remembering() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > REMEMBERED_MAX;
            }
        };
    }
}
