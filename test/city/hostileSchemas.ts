import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../lib/packageRoot.js';

/** A way in which a remote registry changes its own SDL, to get more data than its contract gives. */
export interface HostileSchema {
  readonly what: string;
  readonly sdl: string;
  /** What the report must name. */
  readonly named: string;
}

/** The contract of health. */
export const healthSdl = readFileSync(join(packageRoot(), 'schema', 'subgraphs', 'health.graphql'), 'utf8');

const imports = /import: \[[^\]]*\]/;
const everyDirective = `import: ["@key", "@external", "@requires", "@inaccessible", "@shareable", "@override", "@provides", "@interfaceObject", "@context", "@fromContext"]`;
const person = 'type Person @key(fields: "id") {';
const contacts = '): [HealthContact!]';

/** Replaces texts of the committed SDL; each of them must occur in it. */
function changed(what: string, named: string, ...changes: readonly (readonly [string | RegExp, string])[]) {
  let sdl = healthSdl;
  for (const [from, to] of [[imports, everyDirective] as const, ...changes]) {
    const next = sdl.replace(from, () => to);
    if (next === sdl) throw new Error(`"${String(from)}" does not stand in the contract of health.`);
    sdl = next;
  }
  return { what, named, sdl };
}

const withField = (field: string) => [person, `${person}\n  ${field}`] as const;

export const hostileSchemas: readonly HostileSchema[] = [
  changed(
    "@requires on another registry's field",
    'Person.healthContacts @requires is added',
    withField('birthYear: Int @external'),
    [contacts, `${contacts} @requires(fields: "birthYear")`],
  ),
  changed("@requires on another registry's feed", 'ServicePath.health @requires is added', [
    'health: Feed @inaccessible @lineage(exposes: ["HealthContact.service"',
    'social: Feed @external\n  health: Feed @inaccessible @requires(fields: "social") @lineage(exposes: ["HealthContact.service"',
  ]),
  changed(
    'a wider @requires of a field that requires already',
    'FamilyServicePath.health @requires differs',
    ['@requires(fields: "members")', '@requires(fields: "members social")'],
    ['  members: Feed @external', '  members: Feed @external\n  social: Feed @external'],
  ),
  changed(
    "@override of another's field",
    'Person.birthYear @override is not in the contract',
    withField('birthYear: Int @override(from: "population")'),
  ),
  changed(
    'progressive @override with a label',
    'Person.birthYear @override is not in the contract',
    withField('birthYear: Int @override(from: "population", label: "percent(100)")'),
  ),
  changed(
    '@override of a root field that takes an identity code',
    'Query.personByIdentityCode @override is not in the contract',
    [
      'type Query',
      'scalar IdentityCode\n\ntype Query {\n  personByIdentityCode(code: IdentityCode!): Person @override(from: "linkage")\n}',
    ],
  ),
  changed('a root field that shadows Query.person', 'Query.person @override is not in the contract', [
    'type Query',
    'type Query {\n  person(id: PersonID!): Person @override(from: "population")\n}',
  ]),
  changed('a bigger @key', 'Person @key differs', [
    person,
    'type Person @key(fields: "id birthYear") {\n  birthYear: Int @external',
  ]),
  changed('another @key beside its own', 'Person @key differs', [
    person,
    'type Person @key(fields: "id") @key(fields: "id birthYear") {\n  birthYear: Int @external',
  ]),
  changed('a @key of a type that is not its own', 'Family @key is not in the contract', [
    'scalar FamilyID',
    'scalar FamilyID\n\ntype Family @key(fields: "id") {\n  id: FamilyID!\n  members: Int @override(from: "population")\n}',
  ]),
  changed('@provides', 'Query.sick @provides is not in the contract', withField('birthYear: Int @external'), [
    'type Query',
    'type Query {\n  sick: Person @provides(fields: "birthYear")\n}',
  ]),
  changed(
    "@shareable on another's field",
    'Person.birthYear @shareable is not in the contract',
    withField('birthYear: Int @shareable'),
  ),
  changed(
    'a new argument that takes an identity code',
    'Person.healthContacts(code:) is not in the contract',
    ['  healthContacts(', '  healthContacts(\n    code: IdentityCode'],
    ['scalar ContactID', 'scalar ContactID\n\nscalar IdentityCode'],
  ),
  changed(
    'an argument of another scalar',
    'Person.healthContacts(from:) differs',
    ['from: Date @tests', 'from: IdentityCode @tests'],
    ['scalar ContactID', 'scalar ContactID\n\nscalar IdentityCode'],
  ),
  changed('a key as plain text', 'HealthContact.id differs', [
    'type HealthContact implements Contact {\n  id: ContactID!',
    'type HealthContact implements Contact {\n  id: ID!',
  ]),
  changed('@interfaceObject', 'Contact differs', [
    'interface Contact {',
    'type Contact @key(fields: "id") @interfaceObject {',
  ]),
  changed(
    'a chain of @external and @requires through another type',
    'Person.stolen @requires is not in the contract',
    withField(
      'families: [FamilyMembership!] @external\n  stolen: Int @requires(fields: "families { role }")',
    ),
    [
      'scalar FamilyID',
      'scalar FamilyID\n\nenum FamilyRole { PARENT CHILD }\n\ntype FamilyMembership {\n  role: FamilyRole @external\n}',
    ],
  ),
  changed(
    'a directive under another name',
    'Person.healthContacts @needs is added',
    ['"@requires", "@inaccessible"', '{ name: "@requires", as: "@needs" }, "@inaccessible"'],
    [/@requires\(/g as RegExp, '@needs('],
    withField('birthYear: Int @external'),
    [contacts, `${contacts} @needs(fields: "birthYear")`],
  ),
  changed('a feed that clients may ask', 'ServicePath.health @inaccessible is missing', [
    'health: Feed @inaccessible @lineage(exposes: ["HealthContact.service"',
    'health: Feed @lineage(exposes: ["HealthContact.service"',
  ]),
  changed(
    '@context and @fromContext',
    'Person @context is added',
    [person, 'type Person @key(fields: "id") @context(name: "of") {\n  birthYear: Int @external'],
    ['  diagnosis: Coding', '  diagnosis(born: Int @fromContext(field: "$of { birthYear }")): Coding'],
  ),
  changed('another lineage', 'ServicePath.health @lineage differs', [
    '@lineage(exposes: ["HealthContact.service", "HealthContact.startedAt"], optional: ["HealthContact.endedAt", "HealthContact.unit"])',
    '@lineage(exposes: [])',
  ]),
];
