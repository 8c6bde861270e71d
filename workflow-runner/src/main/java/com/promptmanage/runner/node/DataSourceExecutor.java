package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.ConnectorException;
import com.promptmanage.runner.connector.Places;
import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.runner.definition.NodeConfig.Where;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads records. */
final class DataSourceExecutor implements NodeExecutor {

    private final Rendering.Factory renderings;

    private final Places places;

    DataSourceExecutor(Rendering.Factory renderings, Places places) {
        this.renderings = renderings;
        this.places = places;
    }

    @Override
    public Plan plan(NodeInvocation invocation) {
        var config = (DataSource) invocation.node().config();
        Rendering rendering = renderings.of(invocation);
        try {
            Query query = rendered(config.query(), rendering);
            String sourceId = rendering.text(config.sourceId()).strip();
            Places.Place place =
                    places.find(invocation.run().account(), config.sourceType().value(), sourceId, query.options());
            return new Plan.Calls(new ReadCall(invocation, config, query, sourceId, place, places, renderings));
        } catch (RenderingException e) {
            return new Plan.Done(new Outcome.Failed(Failure.Kind.VALIDATION, e.said()));
        } catch (ConnectorException e) {
            return new Plan.Done(new Outcome.Failed(e.failure()));
        }
    }

    private static Query rendered(Query query, Rendering rendering) throws RenderingException {
        var where = new ArrayList<Where>();
        for (Where one : query.where()) {
            where.add(new Where(one.field(), one.operator(), rendering.tree(one.value())));
        }
        Map<String, JsonNode> options = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> option : query.options().entrySet()) {
            // A statement is not put together from data: its values are parameters.
            options.put(
                    option.getKey(),
                    option.getKey().equals("sql") ? option.getValue() : rendering.tree(option.getValue()));
        }
        return new Query(query.columns(), where, query.orderBy(), query.limit(), options);
    }
}
