import { type Compilation, compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { buildPolicyGraph } from '../../policies/engine/parse/buildPolicyGraph.js';
import type { PolicySource } from '../../policies/engine/parse/problems.js';

const clinic = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@inaccessible"])
type Query { person(id: PersonID!): Person  state: State }
type State { rows: Int }
type Person @key(fields: "id") {
  id: PersonID!
  birthYear: Int
  visits(from: Date @tests(field: "Visit.startedAt"), limit: Int): [Visit!]
}
interface Contact { id: ContactID!  startedAt: PartialDate  service: String }
type Visit implements Contact {
  id: ContactID!  startedAt: PartialDate  service: String  unit: String  diagnosis: String
}
type Path @key(fields: "person from") {
  person: PersonID! @inaccessible
  from: Date @inaccessible
  clinic: Feed @inaccessible @lineage(exposes: ["Visit.service", "Visit.startedAt"], optional: ["Visit.unit"])
}
type Score @key(fields: "person") {
  person: PersonID! @inaccessible
  clinic: Feed @inaccessible @lineage(computes: ["Visit.diagnosis"])
}
`;

const school = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@inaccessible"])
type Person @key(fields: "id") { id: PersonID!  lessons: [Lesson!] }
interface Contact { id: ContactID!  startedAt: PartialDate  service: String }
type Lesson implements Contact { id: ContactID!  startedAt: PartialDate  service: String  hours: Int }
type Path @key(fields: "person from") {
  person: PersonID! @inaccessible
  from: Date @inaccessible
  clinic: Feed @external
  school: Feed @inaccessible @lineage(exposes: ["Lesson.service", "Lesson.startedAt"])
  late: Feed @inaccessible @requires(fields: "clinic") @lineage(exposes: ["Lesson.service"])
}
`;

const paths = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@inaccessible"])
type Person @key(fields: "id") { id: PersonID!  birthYear: Int @external  path(from: Date): Path  score: Score
  age: Int @requires(fields: "birthYear") }
type Path @key(fields: "person from") {
  person: PersonID! @inaccessible
  from: Date @inaccessible
  clinic: Feed @external
  school: Feed @external
  late: Feed @external
  steps: [Step!] @requires(fields: "clinic school")
  lateSteps: [Step!] @requires(fields: "late")
}
type Step { service: String @lineage(exposes: ["Visit.service", "Lesson.service"])  unit: String @lineage(exposes: ["Visit.unit"]) }
type Score @key(fields: "person") {
  person: PersonID! @inaccessible
  clinic: Feed @external
  value: Float @requires(fields: "clinic")
}
`;

/** A clinic, a school and a derived type: the smallest city that shows every rule of the language. */
export const smallGraph = buildPolicyGraph([
  { name: 'clinic', sdl: clinic },
  { name: 'school', sdl: school },
  { name: 'paths', sdl: paths },
]);

const named = (id: string) => `label: { en: ${id}, fi: ${id} (fi), sv: ${id} (sv) }`;

export const smallCity: Readonly<Record<string, string>> = {
  'purposes.yaml': `purposes:
  care: { ${named('care')}, basis: [703/2023], use: primary, output: identified }
  service: { ${named('service')}, basis: [1301/2014], use: primary, output: identified }
  protection: { ${named('protection')}, basis: [417/2007], use: primary, output: identified, parent: service }
  research: { ${named('research')}, basis: [552/2019], use: secondary, output: pseudonymised }
  management: { ${named('management')}, basis: [552/2019], use: secondary, output: aggregate }
  marketing: { ${named('marketing')}, basis: [EHDS 54], forbidden: true }
`,
  'roles.yaml': `roles:
  nurse: { ${named('nurse')}, purposes: [care] }
  worker: { ${named('worker')}, purposes: [service, protection] }
  scholar: { ${named('scholar')}, purposes: [research] }
  manager: { ${named('manager')}, purposes: [management] }
`,
  'clinic.yaml': `registry: clinic
owner: { en: Clinic, fi: Klinikka, sv: Klinik }
fields:
  Query.person: { category: identity }
  Query.state: { category: operational }
  State.rows: { category: operational }
  Person.birthYear: { category: birth-year, quasi: age-band }
  Person.visits: { category: service-use }
  Visit.startedAt: { category: service-use, quasi: month }
  Visit.service: { category: service-use }
  Visit.unit: { category: place, quasi: withhold }
  Visit.diagnosis: { category: diagnosis, quasi: icd10-block }
`,
  'school.yaml': `registry: school
owner: { en: School, fi: Koulu, sv: Skola }
fields:
  Person.lessons: { category: education }
  Lesson.*: { category: education }
`,
  'paths.yaml': `registry: paths
owner: { en: Paths, fi: Polut, sv: Stigar }
fields:
  Person.{path,score,age}: { category: derived }
  Path.*: { category: derived }
  Step.*: { category: derived }
  Score.*: { category: derived }
grants:
  - id: everybody
    purposes: any
    roles: any
    basis: [x]
    show: { 'Person.{path,score,age}': allow, 'Path.*': allow, 'Step.*': allow, 'Score.*': allow }
`,
};

/** The day on which tests decide, so that no test expires. */
export const someDay = new Date('2026-06-15T12:00:00Z');

export function sourcesOf(files: Readonly<Record<string, string>>): PolicySource[] {
  return Object.entries(files).map(([file, text]) => ({ file, text }));
}

/**
 * Compiles the small city with some of its files changed. Rules are appended to a file; any other text
 * replaces it.
 */
export function compileCity(changes: Readonly<Record<string, string>>): Compilation {
  const files = { ...smallCity };
  for (const [file, text] of Object.entries(changes))
    files[file] = /^\s*(grants|prohibitions|disclosure):/.test(text)
      ? `${files[file]}${text.trimStart()}`
      : text;
  return compilePolicy(sourcesOf(files), smallGraph, someDay);
}

export function cityPolicy(changes: Readonly<Record<string, string>>): Policy {
  const { policy, problems } = compileCity(changes);
  if (!policy)
    throw new Error(problems.map(({ file, line, message }) => `${file}:${line} ${message}`).join('\n'));
  return policy;
}
