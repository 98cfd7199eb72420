import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { committedGraph } from '../../cli/runtime/openPolicy.js';
import { packageRoot } from '../../lib/packageRoot.js';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import { CodeCatalogue } from '../../registry-kit/codes/codeCatalogue.js';
import type { Table } from '../../registry-kit/columns/table.js';
import { personFlagsRegistry, withDerivedShields } from '../../registry-kit/person-flags/personFlags.js';
import { createSubgraph } from '../../registry-kit/subgraph/createSubgraph.js';
import { registrySources } from '../../registry-kit/subgraph/registrySources.js';
import { codesAsTexts } from '../city/codesAsTexts.js';
import { DEFAULT_LANGUAGE } from '../../schema/language.js';
import type { Caller } from '../../schema/tokens/callerClaims.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import { health } from '../../subgraphs/health/subgraph.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { marksOf, type World } from '../city/smallWorld.js';
import { tableOf, type TestRow } from './tableOf.js';

export interface HealthCase {
  /** Grants and prohibitions of health services, as YAML; fields are classified as shipped. */
  readonly policy: string;
  /** Research permits, as YAML. */
  readonly permits?: string;
  readonly contacts?: readonly TestRow[];
  /** The number of contacts in the snapshot, if it is larger than the given contacts. */
  readonly counted?: number;
  readonly careRelationships?: readonly TestRow[];
  readonly objections?: readonly TestRow[];
  /** The person flags of the population register; see personFlagsRegistry. */
  readonly persons?: readonly TestRow[];
  readonly shields?: readonly TestRow[];
  /** Marks of health services and of the population register, by kind. */
  readonly marks?: World[string];
  readonly populationMarks?: World[string];
  /** The families of the population register, by which non-disclosure shields people who live together. */
  readonly memberships?: readonly TestRow[];
  readonly caller?: Partial<Caller>;
  readonly context?: Partial<Pick<DecisionContext, 'person' | 'breakGlass' | 'language'>>;
  readonly purpose?: string;
  /** Called for each row of contacts that is read, column by column. */
  readonly onRead?: (row: number) => void;
}

const CLINICIAN: Caller = {
  subject: 'someone',
  recipient: 'health-services',
  roles: ['clinician'],
  purposes: ['care'],
  employee: 'H-1',
  units: ['U-1'],
  permit: undefined,
  person: undefined,
};

/**
 * The health registry over a few rows and a short policy: answers entity queries like those of a gateway. An
 * entity that is requested several times is answered once.
 */
export async function healthSubgraph(
  given: HealthCase,
): Promise<
  (representation: object, selection: string, variables?: object, times?: number) => Promise<unknown>
> {
  const shipped = (file: string) => readFile(join(packageRoot(), 'policies', file), 'utf8');
  const fields = (await shipped('health.yaml')).split('\ngrants:')[0]!;
  const sources = [
    { file: 'purposes.yaml', text: await shipped('purposes.yaml') },
    { file: 'roles.yaml', text: await shipped('roles.yaml') },
    { file: 'health.yaml', text: `${fields}\n${given.policy}` },
    ...(given.permits === undefined ? [] : [{ file: 'permits.yaml', text: given.permits }]),
  ];
  const { policy, problems } = compilePolicy(sources, await committedGraph());
  if (!policy) throw new Error(problems.map(({ message }) => message).join('\n'));
  const { tables } = healthRegistry;
  const filled = {
    contacts: watched(tableOf(tables.contacts, given.contacts ?? []), given.onRead),
    careRelationships: tableOf(tables.careRelationships, given.careRelationships ?? []),
    objections: tableOf(tables.objections, given.objections ?? []),
  };
  const snapshot = {
    manifest: {
      tables: { contacts: { rows: given.counted ?? filled.contacts.rows, rejected: 0 } },
      createdAt: '',
      synthetic: true,
      rejectedRows: 0,
      rejects: {},
    } as never,
    tables: filled,
  };
  const memberships = tableOf(populationRegistry.tables.memberships, given.memberships ?? []);
  const populationMarks = withDerivedShields(marksOf(given.populationMarks ?? {}), memberships);
  const subgraph = await createSubgraph({
    name: 'health',
    codes: await CodeCatalogue.read(['health']),
    module: health.module,
    decide: (caller) => policy.decide(caller, new Date()),
    open: registrySources<typeof healthRegistry>(
      () => snapshot,
      () => ({
        persons: tableOf(personFlagsRegistry.tables.persons, given.persons ?? []),
        shields: tableOf(personFlagsRegistry.tables.shields, given.shields ?? []),
      }),
      () => ({ own: marksOf(given.marks ?? {}), population: populationMarks }),
    ),
  });
  return async (representation, selection, variables = {}, times = 1) => {
    const { __typename: type } = representation as { __typename: string };
    const result = await subgraph.execute(
      {
        query: `query ($r: [_Any!]!${declare(variables)}) { _entities(representations: $r) { ... on ${type} { ${selection} } } }`,
        variables: { r: Array<object>(times).fill(representation), ...variables },
      },
      {
        decisionId: 'd',
        caller: { ...CLINICIAN, ...given.caller },
        purpose: given.purpose ?? 'care',
        revision: 'r',
        domain: 'domain',
        person: undefined,
        breakGlass: undefined,
        language: DEFAULT_LANGUAGE,
        ...given.context,
      },
    );
    if (result.errors) throw result.errors[0];
    const [entity] = (result.data as { _entities: unknown[] })._entities;
    return JSON.parse(JSON.stringify(entity), codesAsTexts);
  };
}

function declare(variables: object): string {
  return Object.keys(variables)
    .map((name) => `, $${name}: ${name === 'services' ? '[String!]' : 'Date'}`)
    .join('');
}

/** The same table, with columns that record which of their rows are read. */
function watched<T extends Table>(table: T, onRead: HealthCase['onRead']): T {
  if (!onRead) return table;
  const watch = <Column extends object>(column: Column): Column =>
    new Proxy(column, {
      get(target, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) onRead(Number(key));
        return Reflect.get(target, key, target) as unknown;
      },
    });
  const columns = Object.entries(table.columns).map(([name, column]) => [
    name,
    'indices' in column ? { ...column, indices: watch(column.indices) } : watch(column),
  ]);
  return { ...table, subject: watch(table.subject), columns: Object.fromEntries(columns) as T['columns'] };
}
