import { getNamedType, isLeafType } from 'graphql';
import { nameOf } from '../requester.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import { mustBeRefused, holdsData, valuesUnder } from '../verifyAnswer.js';
import { hiddenProbes, type Probe, wayTo } from '../probe.js';
import type { Sight } from '../sight.js';
import type { Question, Target } from '../target.js';

/** Ways to request a hidden field that a check of the operation might overlook. */
export const hiddenFieldAttacks: readonly Attack[] = [
  attack('0F1A', 'An operation that asks for a hidden field is refused whole', 'docs/policies.md', (target) =>
    refusedEverywhere(target, plainly, { samples: Infinity }),
  ),
  attack(
    '27C4',
    'A fragment does not carry a hidden field past the check',
    'CVE-2025-64530',
    async (target) => {
      await refusedEverywhere(
        target,
        ({ around, type, field }) => `{ ${around('...F')} } fragment F on ${type} { ${field} }`,
      );
      await refusedEverywhere(
        target,
        ({ around, type, field }) =>
          `{ ${around('...A')} } fragment A on ${type} { ...B } fragment B on ${type} { ... on ${type} { ... { ${field} } } }`,
      );
      await refusedEverywhere(
        target,
        ({ around, type, field }) => `{ ${around(`... on ${type} { ${field} }`)} }`,
      );
    },
  ),
  attack('5B90', 'An alias does not hide which field is requested', 'docs/policies.md', async (target) => {
    await refusedEverywhere(target, ({ around, field }) => `{ ${around(`x: ${field}`)} }`);
    await refusedEverywhere(target, ({ around, field, type }, sight) => {
      const shown = shownLeaf(target, sight, type);
      return shown && `{ ${around(`${shown}: ${field}`)} }`;
    });
  }),
  attack(
    '61D7',
    'A hidden field that is aliased to the name of a key is refused',
    'apollographql/federation#3036',
    (target) => refusedEverywhere(target, ({ around, field }) => `{ ${around(`id: ${field}`)} }`),
  ),
  attack(
    '8E33',
    '@skip and @include, with literals or variables, exempt no field from the check',
    'own analysis',
    async (target) => {
      await refusedEverywhere(target, ({ around, field }) => ({
        query: `query ($no: Boolean!, $yes: Boolean = true) { ${around(`... @include(if: $yes) { ${directed(field, '@skip(if: $no)')} }`)} }`,
        variables: { no: false },
      }));
      await refusedEverywhere(target, ({ around, field }) => ({
        query: `query ($yes: Boolean!) { ${around(directed(field, '@include(if: $yes) @skip(if: false)'))} }`,
        variables: { yes: true },
      }));
      await refusedEverywhere(
        target,
        ({ around, field }) => `{ ${around(directed(field, '@skip(if: true)'))} }`,
      );
    },
  ),
  attack(
    'A41E',
    'Federation directives that a client sends open nothing, renamed or not',
    'CVE-2025-64347',
    async (target) => {
      const directives = [
        'defer',
        'stream',
        'authenticated',
        'policy(policies: [])',
        'inaccessible',
        'tag(name: "x")',
      ];
      const renamed = ['federation__inaccessible', 'join__field', 'link(url: "x")', 'allow', 'public'];
      for (const directive of [...directives, ...renamed])
        await refusedEverywhere(
          target,
          ({ around, field }) => `{ ${around(`... @${directive} { ${directed(field, `@${directive}`)} }`)} }`,
          { samples: 1, users: 3 },
        );
    },
  ),
  attack(
    'B6F2',
    'Every operation of a document with several operations is checked',
    'own analysis',
    async (target) => {
      for (const operationName of ['Hidden', 'Shown'])
        await refusedEverywhere(
          target,
          ({ around, field }) => ({
            query: `query Shown { __typename } query Hidden { ${around(field)} }`,
            operationName,
          }),
          { samples: 4, mayAnswer: operationName === 'Shown' ? 'typename' : undefined },
        );
      await refusedEverywhere(
        target,
        ({ around, field }) => `query Shown { __typename } query Hidden { ${around(field)} }`,
        { samples: 2, codes: [...REFUSED, 'OPERATION_RESOLUTION_FAILURE'] },
      );
    },
  ),
  attack(
    'C05D',
    'A field of an interface is shown only if every type behind the interface shows it',
    'CVE-2025-64530, CVE-2025-64173; shared fields merged with OR',
    interfacesAreExpanded,
  ),
  attack(
    'D8A9',
    'Feeds and keys of derived types cannot be reached, under any alias or type condition',
    'GHSA-m8jr-fxqx-8xx6',
    inaccessibleFieldsAreUnreachable,
  ),
  attack('E217', 'An argument does not filter by a hidden field', 'side channel', hiddenArgumentsAreRefused),
  attack(
    'F3B8',
    'Partial mode answers null for hidden fields and leaves the rest unchanged',
    'docs/policies.md',
    async (target) => {
      for (const sight of await target.sights())
        for (const { around, field, coordinate } of sampled(hiddenProbes(target.graph, sight), 12)) {
          const what = `${coordinate}, to ${nameOf(sight.requester)} in part`;
          const answer = await target.ask(sight.requester, {
            query: `{ ${around(`hidden: ${field}`)} }`,
            headers: { 'polku-partial': 'true' },
          });
          for (const value of valuesUnder(answer.body.data, 'hidden'))
            if (holdsData(value)) throw new Breach(`${what}: it was answered`);
        }
    },
  ),
];

const REFUSED = ['PURPOSE_NOT_PERMITTED', 'GRAPHQL_VALIDATION_FAILED'];

type Disguise = (probe: Probe, sight: Sight) => string | Question | undefined;

const plainly: Disguise = ({ around, field }) => `{ ${around(field)} }`;

/** Requests hidden fields in one disguise, as every caller: every request must be refused. */
async function refusedEverywhere(
  target: Target,
  disguise: Disguise,
  {
    samples = 4,
    users = Infinity,
    codes = REFUSED,
    mayAnswer,
  }: {
    readonly samples?: number;
    readonly users?: number;
    readonly codes?: readonly string[];
    /** `typename`: the operation that runs requests nothing else. */
    readonly mayAnswer?: 'typename' | undefined;
  } = {},
): Promise<void> {
  let tried = 0;
  for (const sight of (await target.sights()).slice(0, users)) {
    for (const probe of sampled(hiddenProbes(target.graph, sight), samples)) {
      const question = disguise(probe, sight);
      if (question === undefined) continue;
      const asked = typeof question === 'string' ? { query: question } : question;
      const answer = await target.ask(sight.requester, withCode(asked));
      tried += 1;
      if (mayAnswer && JSON.stringify(answer.body.data) === '{"__typename":"Query"}') continue;
      mustBeRefused(answer, `${probe.coordinate}, to ${nameOf(sight.requester)}`, codes);
    }
  }
  if (tried === 0) throw new NotApplicable('nothing is hidden from these tokens that could be asked for');
}

async function interfacesAreExpanded(target: Target): Promise<void> {
  let tried = 0;
  for (const sight of await target.sights())
    for (const { name, fields, objects } of target.graph.interfaces())
      for (const object of objects) {
        const way = wayTo(target.graph, sight, object);
        if (!way) continue;
        for (const field of fields) {
          const hidden = objects.find((other) => !sight.shows(`${other}.${field.name}`));
          if (hidden === undefined) continue;
          const what = `${name}.${field.name} on ${object}, hidden on ${hidden}, to ${nameOf(sight.requester)}`;
          for (const inner of [
            `... on ${name} { ${field.name} }`,
            `... on ${name} { ... on ${name} { x: ${field.name} } }`,
            `... on ${name} { ... on ${hidden} { ${field.name} } }`,
          ]) {
            tried += 1;
            mustBeRefused(await target.ask(sight.requester, `{ ${way.around(inner)} }`), what);
          }
        }
      }
  if (tried === 0)
    throw new NotApplicable(
      'no token reaches a type whose interface shows a field that is hidden on another type',
    );
}

async function inaccessibleFieldsAreUnreachable(target: Target): Promise<void> {
  let tried = 0;
  for (const sight of await target.sights())
    for (const coordinate of target.graph.inaccessible) {
      const [type = '', name = ''] = coordinate.split('.');
      const way = wayTo(target.graph, sight, type);
      if (!way) continue;
      for (const inner of [`... on ${type} { ${name} }`, `id: ${name}`]) {
        tried += 1;
        const answer = await target.ask(sight.requester, {
          query: `{ ${way.around(inner)} }`,
          headers: { 'polku-partial': 'true' },
        });
        mustBeRefused(answer, `${coordinate}, to ${nameOf(sight.requester)}`);
      }
    }
  if (tried === 0) throw new NotApplicable('no token reaches a derived type');
}

async function hiddenArgumentsAreRefused(target: Target): Promise<void> {
  let tried = 0;
  for (const sight of await target.sights())
    for (const coordinate of sight.hiddenArguments()) {
      const [, type = '', name = '', argument = ''] = /^(\w+)\.(\w+)\((\w+):\)$/.exec(coordinate) ?? [];
      const way = wayTo(target.graph, sight, type);
      const given = target.graph.field(type, name)?.args.find((arg) => arg.name === argument);
      if (!way || !given) continue;
      const value = String(given.type).includes('String') ? ['x'] : '2010-01-01';
      const what = `${coordinate}, to ${nameOf(sight.requester)}`;
      const literal = `{ ${way.around(`${name}(${argument}: ${JSON.stringify(value)}) { __typename }`)} }`;
      mustBeRefused(await target.ask(sight.requester, literal), what);
      const query = `query ($v: ${String(given.type)}) { ${way.around(`${name}(${argument}: $v) { __typename }`)} }`;
      mustBeRefused(
        await target.ask(sight.requester, { query, variables: { v: value } }),
        `${what} by a variable`,
      );
      const partly = await target.ask(sight.requester, {
        query: `query ($v: ${String(given.type)}) { ${way.around(`hidden: ${name}(${argument}: $v) { __typename }`)} }`,
        variables: { v: value },
        headers: { 'polku-partial': 'true' },
      });
      for (const found of valuesUnder(partly.body.data, 'hidden'))
        if (found !== null) throw new Breach(`${what}: partial mode answered`);
      tried += 1;
    }
  if (tried === 0) throw new NotApplicable('no token sees a field that filters by one that it does not see');
}

/** A sample of many, evenly spaced; those that may return data come first. */
export function sampled(probes: readonly Probe[], count: number): readonly Probe[] {
  const bearing = probes.filter((probe) => probe.bearing);
  const from = bearing.length > 0 ? bearing : probes;
  const step = Math.max(1, from.length / count);
  return Array.from({ length: Math.min(count, from.length) }, (_, i) => from[Math.floor(i * step)]!);
}

/** A leaf that is shown on a type, other than its id. */
function shownLeaf(target: Target, sight: Sight, type: string): string | undefined {
  return target.graph
    .fields()
    .find(
      ({ type: owner, field, coordinate }) =>
        owner === type &&
        isLeafType(getNamedType(field.type)) &&
        !target.graph.isId(field) &&
        field.args.length === 0 &&
        sight.shows(coordinate),
    )?.field.name;
}

/** A field with a directive before its selection. */
function directed(field: string, directive: string): string {
  const at = field.indexOf(' {');
  return at < 0 ? `${field} ${directive}` : `${field.slice(0, at)} ${directive}${field.slice(at)}`;
}

/** An operation that looks up by identity code needs the variable. */
function withCode(question: Question): Question {
  const { query } = question;
  if (typeof query !== 'string' || !query.includes('$code')) return question;
  const declared = query.replace(
    /^(query\b[^({]*)?(?:\(([^)]*)\))? ?\{/,
    (_, head: string = 'query ', rest = '') => {
      return `${head}($code: IdentityCode!${rest ? `, ${rest as string}` : ''}) {`;
    },
  );
  return {
    ...question,
    query: declared,
    variables: { ...(question.variables as object | undefined), code: 'x' },
  };
}
