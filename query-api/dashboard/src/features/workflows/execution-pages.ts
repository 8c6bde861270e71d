interface Page {
  nodeExecutions: unknown[];
  nextCursor?: string | null;
}

/** An execution with the nodes of all of its pages, of which there are several where they hold much; once there are `most`, of no further one. */
export async function pagesOf<P extends Page>(page: (cursor?: string) => Promise<P>, most: number): Promise<P> {
  const first = await page();
  const nodes = [...first.nodeExecutions];
  let cursor = first.nextCursor;
  while (cursor && nodes.length < most) {
    const next = await page(cursor);
    nodes.push(...next.nodeExecutions);
    cursor = next.nextCursor;
  }
  return { ...first, nodeExecutions: nodes, nextCursor: cursor ?? null };
}

/** With those besides that are looked for and may lie behind them. */
export function joined<N extends { id: string }, P extends { nodeExecutions: N[] }>(execution: P, others: readonly N[]): P {
  const known = new Set(execution.nodeExecutions.map(({ id }) => id));
  return { ...execution, nodeExecutions: [...execution.nodeExecutions, ...others.filter(({ id }) => !known.has(id))] };
}
