import dagre from "@dagrejs/dagre";
import { NODE_WIDTH as WIDTH, type Definition } from "./definition";

const HEIGHT = 84;

/** From left to right, each node behind what comes before it. */
export function layout(definition: Definition): Definition {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 40, ranksep: 80 });
  graph.setDefaultEdgeLabel(() => ({}));
  definition.nodes.forEach((node) => graph.setNode(node.id, { width: WIDTH, height: HEIGHT }));
  definition.edges.forEach((edge) => graph.setEdge(edge.source, edge.target));
  dagre.layout(graph);
  return {
    ...definition,
    nodes: definition.nodes.map((node) => {
      const { x, y } = graph.node(node.id);
      return { ...node, position: { x: x - WIDTH / 2, y: y - HEIGHT / 2 } };
    }),
  };
}
