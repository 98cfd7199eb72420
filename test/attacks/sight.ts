import { codeOf } from './answer.js';
import { type Requester, nameOf } from './requester.js';
import type { KnownGraph } from './knownGraph.js';
import type { Target } from './target.js';

const ACCESS = '{ access { fields { coordinate effect mask { id } conditions { id } } } }';

const PARTS_OF_CODING = new Set(['Coding.code', 'Coding.label']);

interface FieldAccess {
  readonly coordinate: string;
  readonly mask: { readonly id: string } | null;
  readonly conditions: readonly { readonly id: string }[];
}

/** What a requester may see, as the gateway's `access` lists it; everything else is hidden. */
export class Sight {
  readonly #fields = new Map<string, readonly FieldAccess[]>();

  constructor(
    readonly requester: Requester,
    private readonly graph: KnownGraph,
    rows: readonly FieldAccess[],
  ) {
    for (const row of rows)
      this.#fields.set(row.coordinate, [...(this.#fields.get(row.coordinate) ?? []), row]);
  }

  /**
   * Whether a field may be seen in some way. Ids need no grant, except ids that no client may reach. Parts of
   * a coding need none either: they follow the field that leads to it.
   */
  shows(coordinate: string): boolean {
    if (this.#fields.has(coordinate) || PARTS_OF_CODING.has(coordinate)) return true;
    const [type = '', name = ''] = coordinate.split('.');
    const field = this.graph.field(type, name);
    return field !== undefined && this.graph.isId(field) && !this.graph.inaccessible.has(coordinate);
  }

  /** Whether every way of seeing a field masks it, and the mask. */
  masksOf(coordinate: string): readonly string[] {
    const rows = this.#fields.get(coordinate) ?? [];
    return rows.every(({ mask }) => mask !== null) ? rows.map(({ mask }) => mask!.id) : [];
  }

  /** Fields of the known graph that are hidden. */
  hidden(): readonly string[] {
    return this.graph
      .fields()
      .map(({ coordinate }) => coordinate)
      .filter((coordinate) => !this.shows(coordinate));
  }

  /** Arguments on shown fields that filter by a hidden field. */
  hiddenArguments(): readonly string[] {
    return [...this.graph.tests]
      .filter(([argument, tested]) => this.shows(argument.split('(')[0]!) && !this.shows(tested))
      .map(([argument]) => argument);
  }
}

export async function readSight(target: Target, requester: Requester): Promise<Sight> {
  const answer = await target.ask(requester, ACCESS);
  const access = answer.body.data?.['access'] as { fields: readonly FieldAccess[] } | undefined;
  if (access) return new Sight(requester, target.graph, access.fields);
  throw new Error(
    `${nameOf(requester)} got no list of visible fields: ${answer.status} ${codeOf(answer) ?? ''}`.trim(),
  );
}
