import { type ConstDirectiveNode, Kind, parse, valueFromASTUntyped } from 'graphql';
import type { Decision } from '../../policies/engine/decision.js';
import type { SubgraphSdl } from '../../policies/engine/parse/readSubgraph.js';

/** What an owner must release for a part of an input type to be of use (`@takes`). */
interface Taken {
  readonly type: string;
  readonly fields: readonly string[];
}

/**
 * Which fields of input types and values of enumerations a decision releases. A criterion of a group is of no use to somebody
 * for whom its owner does not release what it tests.
 */
export class InputReleases {
  /** By `Type.field` or `Enumeration.VALUE`. */
  readonly #taken = new Map<string, Taken>();

  constructor(contracts: readonly SubgraphSdl[]) {
    for (const { sdl } of contracts)
      for (const node of parse(sdl, { noLocation: true }).definitions) {
        if (node.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION && node.kind !== Kind.ENUM_TYPE_DEFINITION)
          continue;
        const parts = node.kind === Kind.ENUM_TYPE_DEFINITION ? node.values : node.fields;
        for (const { name, directives = [] } of parts ?? []) {
          const takes = directives.find((directive) => directive.name.value === 'takes');
          if (takes) this.#taken.set(`${node.name.value}.${name.value}`, takenBy(takes));
        }
      }
  }

  /** Parts of which nothing is declared need no release. */
  isReleased(coordinate: string, decision: Decision): boolean {
    const taken = this.#taken.get(coordinate);
    return !taken || taken.fields.every((field) => decision.take(taken.type, field).length > 0);
  }
}

function takenBy({ arguments: given = [] }: ConstDirectiveNode): Taken {
  return Object.fromEntries(
    given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  ) as unknown as Taken;
}
