interface Page {
  nodeExecutions: unknown[];
  nextCursor?: string | null;
}

/** An execution with the nodes of all of its pages, of which there are several where they hold much; as many as `most`. */
export async function pagesOf<P extends Page>(page: (cursor?: string) => Promise<P>, most: number): Promise<P> {
  const first = await page();
  const nodes = [...first.nodeExecutions];
  let cursor = first.nextCursor;
  while (cursor && nodes.length < most) {
    const next = await page(cursor);
    nodes.push(...next.nodeExecutions);
    cursor = next.nextCursor;
  }
  return { ...first, nodeExecutions: nodes.slice(0, most) };
}
