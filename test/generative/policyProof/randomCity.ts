import type { Category } from '../../../policies/engine/catalogue/conditions.js';
import type { Dice } from './dice.js';

/** What a field does with its inputs. */
export type Lineage = Readonly<Record<'exposes' | 'optional' | 'computes' | 'aggregates', readonly string[]>>;

/** A field of the city, as its generator knows it, without reading SDL. */
export interface CityField {
  readonly coordinate: string;
  readonly type: string;
  readonly name: string;
  readonly owner: string;
  readonly returns: string;
  readonly list?: true;
  readonly kind: 'governed' | 'key' | 'feed';
  /** Further subgraphs that define it as shareable. */
  readonly sharedBy?: readonly string[];
  readonly category: Category;
  /** Masks for it, from fine to coarse. */
  readonly masks: readonly string[];
  readonly args: readonly { readonly name: string; readonly tests?: string }[];
  readonly lineage?: Lineage;
  /** Names of fields of the same type. */
  readonly requires: readonly string[];
}

/** A supergraph, described without SDL. */
export interface City {
  readonly registries: readonly string[];
  readonly fields: ReadonlyMap<string, CityField>;
  /** Record types that implement the interface Contact. */
  readonly contacts: readonly string[];
  /** Members of the union Hit. */
  readonly hits: readonly string[];
  /** Types that feeds supply. */
  readonly derived: readonly string[];
}

const DATES = ['month', 'year'];

/** Registries with records, and a derived subgraph whose types use their feeds, in chains too. */
export function randomCity(dice: Dice): City {
  const fields = new Map<string, CityField>();
  const add = (coordinate: string, owner: string, returns: string, more: Partial<CityField> = {}) => {
    const [type = '', name = ''] = coordinate.split('.');
    fields.set(coordinate, {
      coordinate,
      type,
      name,
      owner,
      returns,
      kind: 'governed',
      category: 'service-use',
      masks: [],
      args: [],
      requires: [],
      ...more,
    });
  };
  const registries = ['r0', 'r1', ...(dice.once(2) ? ['r2'] : [])];
  add('Query.person', 'r0', 'Person');
  add('Person.id', 'r0', 'PersonID', { kind: 'key', sharedBy: [...registries.slice(1), 'd'] });
  add('Person.birthYear', 'r0', 'Int', { category: 'birth-year', masks: ['age-band'] });
  add('Query.state', 'r0', 'State');
  add('State.rows', 'r0', 'Int', { category: 'operational', masks: ['count-band'], sharedBy: ['r1'] });

  const inputs: string[] = [];
  const contacts: string[] = [];
  for (const registry of registries) {
    const type = `Rec${registry.slice(1)}`;
    const record = (name: string, returns: string, more: Partial<CityField>) => {
      add(`${type}.${name}`, registry, returns, more);
      inputs.push(`${type}.${name}`);
    };
    add(`${type}.id`, registry, 'ContactID', { kind: 'key' });
    record('service', 'String', {});
    if (dice.once(4))
      record('diagnosis', 'String', { category: 'diagnosis', masks: ['icd10-block', 'icd10-chapter'] });
    if (!dice.once(4)) {
      record('startedAt', 'PartialDate', { masks: DATES });
      if (!dice.once(4)) contacts.push(type);
    }
    if (dice.once(2)) record('count', 'Int', { masks: ['count-band'] });
    const dated = fields.has(`${type}.startedAt`);
    add(`Person.rec${registry.slice(1)}`, registry, type, {
      list: true,
      args: [{ name: 'limit' }, ...(dated ? [{ name: 'from', tests: `${type}.startedAt` }] : [])],
    });
  }
  // An interface or a union is in one subgraph here, because policies do not depend on the subgraph.
  if (contacts.length > 0) add('Query.contacts', 'r0', 'Contact', { list: true });
  const hits = registries.map((name) => `Rec${name.slice(1)}`).filter(() => !dice.once(3));
  if (hits.length > 0) add('Query.hits', 'r0', 'Hit', { list: true });
  if (dice.once(2)) add('Person.age', 'd', 'Int', { requires: ['birthYear'] });

  const derived: string[] = [];
  const feedsOf = (type: string, among: readonly string[]): string[] => {
    const feeds: string[] = [];
    for (const registry of registries) {
      const own = among.filter((input) => fields.get(input)!.owner === registry);
      if (own.length === 0 || dice.once(5)) continue;
      const requires = feeds.length > 0 && dice.once(4) ? [dice.pick(feeds)] : [];
      add(`${type}.${registry}`, registry, 'Feed', {
        kind: 'feed',
        lineage: randomLineage(dice, own),
        requires,
      });
      feeds.push(registry);
    }
    return feeds;
  };
  for (const type of ['Path', 'Risk']) {
    const feeds = feedsOf(type, inputs);
    if (feeds.length === 0) continue;
    derived.push(type);
    add(`${type}.person`, 'd', 'PersonID', { kind: 'key', sharedBy: registries });
    add(`Person.${type.toLowerCase()}`, 'd', type);
    add(`${type}.steps`, 'd', 'Step', { list: true, requires: dice.few(feeds) });
    if (dice.once(2)) add(`${type}.total`, 'd', 'Int', { masks: ['count-band'], requires: feeds });
    if (dice.once(4)) add(`${type}.sum`, 'd', 'Int', { lineage: randomLineage(dice, inputs) });
  }
  if (derived.length > 0) {
    for (const name of ['service', 'startedAt']) {
      const repeated = dice.some(inputs.filter((input) => input.endsWith(`.${name}`)));
      const lineage = repeated.length > 0 ? { lineage: { ...nothing, exposes: repeated } } : {};
      const dated = name === 'startedAt';
      add(`Step.${name}`, 'd', dated ? 'PartialDate' : 'String', { masks: dated ? DATES : [], ...lineage });
    }
    // A score made of derived fields: no link of the chain may carry more than its owner released.
    const made = [...fields.keys()].filter(
      (name) => /^(Path|Risk|Step)\./.test(name) && fields.get(name)!.kind === 'governed',
    );
    derived.push('Score');
    add('Score.person', 'd', 'PersonID', { kind: 'key' });
    add('Score.d', 'd', 'Feed', {
      kind: 'feed',
      lineage: randomLineage(dice, dice.few([...made, ...made, ...inputs])),
    });
    add('Score.value', 'd', 'Int', { requires: ['d'] });
    add('Person.score', 'd', 'Score');
  }
  return { registries: [...registries, 'd'], fields, contacts, hits, derived };
}

const nothing: Lineage = { exposes: [], optional: [], computes: [], aggregates: [] };

/** Every input for one use, or for none. */
function randomLineage(dice: Dice, inputs: readonly string[]): Lineage {
  const uses = ['exposes', 'optional', 'computes', 'aggregates', 'none'] as const;
  const chosen = inputs.map((input) => [input, dice.pick(uses)] as const);
  const of = (use: string) => chosen.filter(([, given]) => given === use).map(([input]) => input);
  return {
    exposes: of('exposes'),
    optional: of('optional'),
    computes: of('computes'),
    aggregates: of('aggregates'),
  };
}
