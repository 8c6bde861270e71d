package com.promptmanage.ingest.langfuse;

import com.promptmanage.ingest.admission.Admission;
import com.promptmanage.ingest.ignored.IgnoredUsage;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.publish.EventPublisher;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.Receipt;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** {@code /api/public}: what Langfuse's SDKs call, as far as it is about usage. */
public final class LangfuseRoutes implements Routes {

    private static final String RECEIPT_HEADER = "Prompt-Manage-Receipt";

    /** Whose API this is like. */
    private static final String VERSION = "3.0.0";

    private final Admission admission;

    private final Function<Context, Caller> callers;

    private final LangfuseJoin join;

    private final IgnoredUsage ignored;

    private final Clock clock;

    record Success(String id, int status) {}

    record Refusal(String id, int status, String message, String error) {

        /** What is no event has no id; Langfuse answers it so. */
        static final Refusal OF_NO_EVENT =
                new Refusal("unknown", 400, "Invalid request data", "An event is a JSON object");
    }

    record Answer(List<Success> successes, List<Refusal> errors) {}

    record Organization(String id, String name) {}

    /**
     * With all that one version or another of the SDKs will not do without.
     *
     * @param retentionDays 0, which stands for no end
     */
    record Project(String id, String name, Organization organization, Map<String, String> metadata, int retentionDays) {

        static Project of(Account account) {
            return new Project(
                    account.value(), account.id(), new Organization(account.value(), account.id()), Map.of(), 0);
        }
    }

    record Projects(List<Project> data) {}

    record Health(String status, String version) {}

    public LangfuseRoutes(
            Admission admission,
            Function<Context, Caller> callers,
            Database database,
            EventPublisher publisher,
            UsageMeters meters,
            IgnoredUsage ignored,
            Clock clock) {
        this.admission = admission;
        this.callers = callers;
        this.ignored = ignored;
        this.join = new LangfuseJoin(database, publisher, meters, ignored, clock);
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/api/public/ingestion", this::receive);
        routes.get("/api/public/health", ctx -> ctx.json(new Health("OK", VERSION)));
        routes.get("/api/public/projects", this::projects);
    }

    /**
     * Every event is answered as taken, also one that is of no interest here: to refuse it would not help its sender. What is no event
     * is refused, and costs none of the others.
     */
    private void receive(Context ctx) {
        try (var admitted = admission.admit(ctx)) {
            byte[] body = admitted.body();
            Batch batch = Batch.read(body, clock.instant(), admitted::hold);
            admitted.charge(batch.ids().size() + batch.others());
            Caller caller = admitted.caller();
            Account account = accountOf(caller);
            Receipt receipt = join.take(caller, account, batch.told());
            batch.unread().forEach(one -> ignored.add(account, LangfuseJoin.SOURCE, "", one.reason(), one.tokens()));
            ctx.status(207)
                    .json(new Answer(
                            batch.ids().stream().map(id -> new Success(id, 201)).toList(),
                            Collections.nCopies(batch.others(), Refusal.OF_NO_EVENT)));
            if (!receipt.offsets().isEmpty()) {
                ctx.header(RECEIPT_HEADER, receipt.encode());
            }
        }
    }

    /** SDKs ask for it to see whether their keys are right. */
    private void projects(Context ctx) {
        Account account = accountOf(callers.apply(ctx));
        ctx.json(new Projects(List.of(Project.of(account))));
    }

    private static Account accountOf(Caller caller) {
        return switch (caller) {
            case Caller.Person person -> Account.user(person.userId());
            case Caller.Key key -> key.account();
        };
    }
}
