import type { GraphNode } from './planningGraph.js';

/** Remembers what was found for objects of a type that a subgraph returned. */
export class PlanMemory<Found> {
  readonly #plain = new Map<GraphNode, Found>();
  readonly #others = new Map<string, Found>();

  /** @param provided the id of what a path provides */
  get(type: string, from: GraphNode, provided: number | undefined): Found | undefined {
    if (isPlain(type, from, provided)) return this.#plain.get(from);
    return this.#others.get(keyOf(type, from, provided));
  }

  set(type: string, from: GraphNode, provided: number | undefined, found: Found): void {
    if (isPlain(type, from, provided)) this.#plain.set(from, found);
    else this.#others.set(keyOf(type, from, provided), found);
  }
}

/** Nearly all objects are of the type that their subgraph knows, and no path provides more of them. */
function isPlain(type: string, from: GraphNode, provided: number | undefined): boolean {
  return provided === undefined && type === from.type;
}

function keyOf(type: string, { id }: GraphNode, provided: number | undefined): string {
  return `${type} ${id} ${provided}`;
}
