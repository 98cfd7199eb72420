import { compilePolicy } from '../policies/engine/compile/compilePolicy.js';
import { buildPolicyGraph } from '../policies/engine/parse/buildPolicyGraph.js';
import type { PolicySource } from '../policies/engine/parse/problems.js';

// Measures how fast policies are compiled and decided: npm run bench:policy
// Each figure has a lower bound from the same run, because a busy machine slows both.

const REGISTRIES = 10;
const FIELDS = 200;
const ROLES = 20;
const PURPOSES = 20;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const label = { en: 'x', fi: 'x', sv: 'x' };

const registries = numbers(REGISTRIES).map((index) => `r${index}`);
const roles = numbers(ROLES).map((index) => `role-${index}`);
const purposes = numbers(PURPOSES).map((index) => `purpose-${index}`);
const typeOf = (registry: string) => `Record${registry.slice(1)}`;
const fieldsOf = (registry: string) => numbers(FIELDS).map((index) => `${typeOf(registry)}.f${index}`);

const sdl = registries.map((name) => ({
  name,
  sdl: `type Person @key(fields: "id") { id: PersonID! ${name}: [${typeOf(name)}!] }
    type ${typeOf(name)} { id: ContactID! ${numbers(FIELDS)
      .map((index) => `f${index}: ${index % 4 === 0 ? 'PartialDate' : 'String'}`)
      .join(' ')} }`,
}));

/** Every purpose of a registry has a grant of its own, for half of the roles, and there are prohibitions. */
const sources: PolicySource[] = [
  file('purposes', {
    purposes: Object.fromEntries(
      purposes.map((id, index) => [
        id,
        { label, basis: ['x'], use: 'primary', output: index % 3 === 0 ? 'pseudonymised' : 'identified' },
      ]),
    ),
  }),
  file('roles', { roles: Object.fromEntries(roles.map((id) => [id, { label, purposes }])) }),
  ...registries.map((registry) =>
    file(registry, {
      registry,
      owner: label,
      fields: {
        [`Person.${registry}`]: { category: 'service-use' },
        ...Object.fromEntries(
          fieldsOf(registry).map((field, index) => [
            field,
            { category: 'service-use', ...(index % 4 === 0 && { quasi: 'year' }) },
          ]),
        ),
      },
      grants: purposes.map((purpose, index) => ({
        id: `grant-${index}`,
        purposes: [purpose],
        roles: roles.filter((_, role) => (role + index) % 2 === 0),
        basis: ['x'],
        when: ['care-relationship'],
        show: {
          [`Person.${registry}`]: 'allow',
          [`${typeOf(registry)}.*`]: 'allow',
          [`${typeOf(registry)}.f0`]: { mask: 'month' },
        },
      })),
      prohibitions: [{ id: 'never', purposes: [purposes[0]], fields: [`${typeOf(registry)}.f1`] }],
    }),
  ),
];

function file(name: string, content: object): PolicySource {
  return { file: `${name}.yaml`, text: JSON.stringify(content, undefined, 1) };
}

/** Milliseconds of the median run. */
function median(runs: number, run: () => void): number {
  const times = numbers(runs).map(() => {
    const began = performance.now();
    run();
    return performance.now() - began;
  });
  return times.sort((a, b) => a - b)[runs >> 1]!;
}

const graph = buildPolicyGraph(sdl);
const now = new Date();
const compile = () => {
  const { policy, problems } = compilePolicy(sources, graph, now);
  if (!policy) throw new Error(problems.map(({ message }) => message).join('\n'));
  return policy;
};
const table = (policy: ReturnType<typeof compile>) => {
  for (const role of roles) for (const purpose of purposes) policy.decide({ roles: [role], purpose }, now);
};

const parsing = median(5, () => sources.forEach(({ text }) => JSON.parse(text)));
const compiling = median(5, () => void compile());
const compiled = numbers(5).map(compile);
let turn = 0;
const tables = median(5, () => table(compiled[turn++]!));

const policy = compile();
const coordinates = registries
  .flatMap((registry) => fieldsOf(registry))
  .filter((_, index) => index % 40 === 2);
const requester = { roles: [roles[1]!], purpose: purposes[1]! };
const ROUNDS = 20_000;
const byName = median(9, () => {
  for (let round = 0; round < ROUNDS; round++) {
    const decision = policy.decide(requester, now);
    for (const coordinate of coordinates)
      if (decision.show(coordinate).length === 0) throw new Error(coordinate);
  }
});
const seen = new Set(coordinates);
const floor = median(9, () => {
  for (let round = 0; round < ROUNDS; round++)
    for (const coordinate of coordinates) if (!seen.has(coordinate)) throw new Error(coordinate);
});

const microseconds = (milliseconds: number) => `${((milliseconds * 1000) / ROUNDS).toFixed(2)} us`;
console.log(`${REGISTRIES} registries x ${FIELDS} fields x ${ROLES} roles x ${PURPOSES} purposes (medians):
  parse, check, spell out     ${compiling.toFixed(0)} ms
  table of every pair         ${tables.toFixed(0)} ms
  together                    ${(compiling + tables).toFixed(0)} ms      floor: JSON.parse of the same files ${parsing.toFixed(1)} ms
A decision for an operation of ${coordinates.length} fields, after its first (medians):
  field by field, by name     ${microseconds(byName)}   floor: as many look-ups in a Set ${microseconds(floor)}`);
