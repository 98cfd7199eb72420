import { parseArgs } from 'node:util';
import { policiesFolder } from '../cli/options.js';
import { loadPolicy } from '../cli/runtime/openPolicy.js';
import { today } from '../lib/calendar.js';
import { CodeCatalogue } from '../registry-kit/codes/codeCatalogue.js';
import { NO_CODE, type Table } from '../registry-kit/columns/table.js';
import { parseDeclaration } from '../registry-kit/declared/declaration.js';
import { declareRegistry } from '../registry-kit/declared/declareRegistry.js';
import { noRestrictions } from '../registry-kit/restrictions/restrictions.js';
import { createSubgraph } from '../registry-kit/subgraph/createSubgraph.js';
import type { DepartmentRegistry } from '../registry-kit/subgraph/departmentRegistry.js';
import { registrySources } from '../registry-kit/subgraph/registrySources.js';
import { DEFAULT_LANGUAGE } from '../schema/language.js';
import type { Subgraph } from '../schema/subgraph.js';
import { health } from '../subgraphs/health/subgraph.js';

// Compares health services in TypeScript with the same registry as a declaration, over the same rows and
// under the same policy: npm run bench:declared -- [--rounds 15]
// Each round asks both for the same people in turns; figures are medians of rounds.

const HEALTH = `registry: health
tables:
  contacts:
    description: Visits to health services.
    columns:
      diagnosis: { kind: code, optional: true, codes: icd-10, filter: diagnoses }
      urgency: { kind: code, list: urgencies, optional: true, filter: urgencies }
`;
const PERSONS = 2_000;
const CONTACTS_OF_EACH = 50;
const QUERIES = {
  'contacts of a person':
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { healthContacts { id startedAt endedAt service { code label } unit { code } diagnosis { code } urgency { code } } } } }',
  'path of a person':
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on ServicePath { health } } }',
};

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });

const policy = await loadPolicy(policiesFolder);
const codes = await CodeCatalogue.read(['health']);

/** Contacts of everybody, one each week. */
function contactsTable(): Table {
  const rows = PERSONS * CONTACTS_OF_EACH;
  const column = (texts: readonly string[], missing = 0) => ({
    texts,
    indices: Uint16Array.from({ length: rows }, (_, row) =>
      missing > 0 && row % missing === 0 ? NO_CODE : row % texts.length,
    ),
  });
  const start = Int32Array.from(
    { length: rows },
    (_, row) => today() - 7 * (CONTACTS_OF_EACH - (row % CONTACTS_OF_EACH)),
  );
  return {
    rows,
    subject: Uint32Array.from({ length: rows }, (_, row) => Math.floor(row / CONTACTS_OF_EACH)),
    offsets: Uint32Array.from({ length: PERSONS + 1 }, (_, person) => person * CONTACTS_OF_EACH),
    columns: {
      id: BigUint64Array.from({ length: rows }, (_, row) => BigInt(row + 1)),
      start,
      end: start,
      service: column(['T11', 'T12', 'T60', 'T80']),
      unit: column(['TK-1', 'TK-2', 'TK-3']),
      diagnosis: column(['F32.1', 'J06.9', 'M54'], 3),
      urgency: column(['1', '2', '3'], 2),
    } as unknown as Table['columns'],
  };
}

/** One row for each person, with the columns of a small table. */
function tableOfEach(rows: number, columns: Record<string, unknown>): Table {
  return {
    rows,
    subject: Uint32Array.from({ length: rows }, (_, row) => row),
    offsets: Uint32Array.from({ length: PERSONS + 1 }, (_, person) => Math.min(person, rows)),
    columns: columns as Table['columns'],
  };
}

const everybody = (value: number) => new Int32Array(PERSONS).fill(value);
const code = (text: string) => ({ texts: [text], indices: new Uint16Array(PERSONS) });
const none = { texts: [], indices: new Uint16Array(PERSONS).fill(NO_CODE) };
const tables = {
  contacts: contactsTable(),
  careRelationships: tableOfEach(PERSONS, {
    employee: code('H-1'),
    unit: none,
    start: everybody(0),
    end: everybody(today() + 1000),
  }),
  objections: tableOfEach(0, { start: new Int32Array(0) }),
};
const flags = {
  persons: tableOfEach(PERSONS, {
    adultFrom: everybody(0),
    birthYear: new Float64Array(PERSONS).fill(1980),
    district: none,
  }),
  shields: tableOfEach(0, { start: new Int32Array(0), end: new Int32Array(0) }),
};
const snapshot = { manifest: { snapshotId: 's', tables: {}, rejects: {} } as never, tables };

function subgraphOf({ module }: DepartmentRegistry): Promise<Subgraph> {
  return createSubgraph({
    name: 'health',
    module,
    codes,
    decide: (caller) => policy.decide(caller, new Date()),
    open: registrySources(
      () => snapshot,
      () => flags as never,
      () => ({ own: noRestrictions, population: noRestrictions }),
    ),
  });
}

const decision = {
  decisionId: 'd',
  purpose: 'care',
  revision: policy.revision,
  domain: 'd',
  language: DEFAULT_LANGUAGE,
  person: undefined,
  breakGlass: undefined,
  caller: {
    subject: 's',
    recipient: 'health-services',
    roles: ['clinician'],
    purposes: ['care'],
    employee: 'H-1',
    units: ['TK-1'],
    permit: undefined,
    person: undefined,
  },
};
const subgraphs = [
  await subgraphOf(health),
  await subgraphOf(declareRegistry(parseDeclaration(HEALTH, 'registry.yaml'))),
] as const;

/** Asks for each of some people alone. Returns microseconds for one person, and the size of the answers. */
async function measure(subgraph: Subgraph, query: string, typename: string) {
  const begun = performance.now();
  let size = 0;
  for (let person = 0; person < PERSONS; person += 4) {
    const r = [{ __typename: typename, id: person, person, from: null, until: null }];
    const { data, errors } = await subgraph.execute({ query, variables: { r } }, decision);
    if (errors) throw errors[0];
    size += JSON.stringify(data).length;
  }
  return { size, time: ((performance.now() - begun) * 1000) / (PERSONS / 4) };
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

for (const [what, query] of Object.entries(QUERIES)) {
  const typename = query.includes('ServicePath') ? 'ServicePath' : 'Person';
  const times: [number[], number[]] = [[], []];
  for (let round = -3; round < Number(options.rounds); round++) {
    const order = round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
    const sizes = [0, 0];
    for (const which of order) {
      const { size, time } = await measure(subgraphs[which], query, typename);
      sizes[which] = size;
      if (round >= 0) times[which].push(time);
    }
    if (sizes[0] !== sizes[1] || sizes[0]! < PERSONS * 10)
      throw new Error(`The answers differ: ${sizes.join(', ')}.`);
  }
  const [typescript, declared] = [median(times[0]), median(times[1])];
  console.log(
    `${what}: TypeScript ${typescript.toFixed(0)} us, declared ${declared.toFixed(0)} us, ratio ${(declared / typescript).toFixed(2)}`,
  );
}
