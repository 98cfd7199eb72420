import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GraphQLSchema, print } from 'graphql';
import type { Supergraph } from '../../federation/supergraph/supergraph.js';
import { loadCitySupergraph } from '../../gateway/registries/cityTypes.js';
import { openAuditLog } from '../../gateway/audit/auditLog.js';
import { type AuditRecord, PersonDigests } from '../../gateway/audit/auditRecord.js';
import { readFieldUse } from '../../gateway/audit/fieldUse.js';
import { LogCheckThreads } from '../../cli/runtime/logChecks.js';
import { BreakGlassUses } from '../../gateway/audit/breakGlassUses.js';
import { Oversight } from '../../gateway/audit/oversight.js';
import { PersonLog, type PersonLogPage } from '../../gateway/audit/personLog.js';
import { Reviews } from '../../gateway/audit/reviews.js';
import { logEntries } from '../../gateway/audit/readRecords.js';
import { Gateway, type GatewayOptions } from '../../gateway/gateway.js';
import { PolicyDrafts } from '../../gateway/policy-review/policyDrafts.js';
import { createGovernanceSubgraph } from '../../gateway/governance/governanceSubgraph.js';
import { serveGateway } from '../../gateway/http/serveGateway.js';
import { createDevIssuer, type DevIssuer } from '../../gateway/identity/devIssuer.js';
import { Domains } from '../../gateway/pseudonyms.js';
import type { Sessions } from '../../gateway/session/sessions.js';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import { Readiness } from '../../lib/readiness.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { buildPolicyGraph } from '../../policies/engine/parse/buildPolicyGraph.js';
import { SecurityEvents } from '../../schema/securityEvents.js';
import type { Subgraph } from '../../schema/subgraph.js';
import { TestLog } from '../city/testLog.js';
import { localSource, testSubgraph } from './supergraphTestbed.js';

export const KNOWN_CODE = '010594Y9032';
export const UNKNOWN_CODE = '020594X903P';

interface TestPerson {
  id: number;
  birthYear: number;
  district: string;
}
const people: readonly TestPerson[] = [
  { id: 1, birthYear: 1994, district: 'Tapiola' },
  { id: 2, birthYear: 2001, district: 'Leppävaara' },
];

/**
 * Two persons of a register, and their records in a clinic: visits are shown to clinicians, doses to nobody.
 */
const peopleGraph = testSubgraph(
  'people',
  `
  directive @tests(field: String!) on ARGUMENT_DEFINITION
  scalar PersonID
  scalar IdentityCode
  type Query {
    person(id: PersonID!): Person
    people(first: Int!, name: String, district: String @tests(field: "Person.district")): [Person!]
    personByIdentityCode(code: IdentityCode!): Person
    broken: String
  }
  type Person @key(fields: "id") {
    id: PersonID!
    birthYear: Int
    district: String
    register: String!
    friends: [Person!]
  }
`,
  {
    Query: {
      person: (_: never, { id }: { id: number }) => people.find((person) => person.id === id) ?? null,
      people: (_: never, { first }: { first: number }) => people.slice(0, first),
      personByIdentityCode: (_: never, { code }: { code: string }) =>
        code === KNOWN_CODE ? people[0] : null,
      broken: () => {
        throw new Error('secret inner text');
      },
    },
    Person: {
      __resolveReference: ({ id }: { id: number }) => people.find((person) => person.id === id),
      register: () => 'population',
      friends: ({ id }: { id: number }) => people.filter((person) => person.id !== id),
    },
  },
);

const clinicGraph = testSubgraph(
  'clinic',
  `
  scalar PersonID
  scalar ContactID
  type Person @key(fields: "id") {
    id: PersonID!
    visits(from: String, diagnosis: String): [Visit!]
    records: [Record!]
  }
  interface Record { id: ContactID!  service: String }
  type Visit implements Record { id: ContactID!  service: String  diagnosis: String }
  type Dose implements Record { id: ContactID!  service: String  drug: String }
`,
  {
    Person: {
      visits: () => [{ id: '00000000000000a1', service: 'doctor', diagnosis: 'J06' }],
      records: () => [
        { __typename: 'Visit', id: '00000000000000a1', service: 'doctor', diagnosis: 'J06' },
        { __typename: 'Dose', id: '00000000000000b1', service: 'pharmacy', drug: 'amoxicillin' },
      ],
    },
    Record: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  },
);

const purposes = `
purposes:
  care: { label: { en: Care, fi: Hoito, sv: Vård }, basis: [703/2023], use: primary, output: identified }
  child-protection: { label: { en: Child protection, fi: Lastensuojelu, sv: Barnskydd }, basis: [417/2007], use: primary, output: identified }
  social-service: { label: { en: Social service, fi: Sosiaalipalvelu, sv: Socialservice }, basis: [1301/2014], use: primary, output: identified }
`;
const roles = `
roles:
  clinician: { label: { en: Clinician, fi: Lääkäri, sv: Läkare }, purposes: [care] }
  family-team-worker: { label: { en: Family team, fi: Perhetiimi, sv: Familjeteam }, purposes: [child-protection] }
  social-worker: { label: { en: Social worker, fi: Sosiaalityöntekijä, sv: Socialarbetare }, purposes: [child-protection] }
`;
const peoplePolicy = `
registry: people
owner: { en: Population register, fi: Väestörekisteri, sv: Befolkningsregistret }
fields:
  "Query.{person,people,personByIdentityCode}": { category: identity }
  Query.broken: { category: operational }
  Person.birthYear: { category: birth-year }
  Person.district: { category: place }
  Person.register: { category: operational }
  Person.friends: { category: family }
grants:
  - id: care
    purposes: [care]
    roles: [clinician]
    basis: [703/2023]
    show:
      "Query.{person,people,personByIdentityCode,broken}": allow
      "Person.{birthYear,friends}": allow
  - id: team
    purposes: [child-protection]
    roles: [family-team-worker]
    basis: [417/2007]
    show:
      "Query.{person,people}": allow
      "Person.birthYear": { mask: age-band }
`;
const clinicPolicy = `
registry: clinic
owner: { en: Health services, fi: Terveyspalvelut, sv: Hälsovården }
fields:
  "Person.{visits,records}": { category: service-use }
  "Visit.service": { category: service-use }
  "Visit.diagnosis": { category: diagnosis, special: true }
  "Dose.{service,drug}": { category: health }
grants:
  - id: care
    purposes: [care]
    roles: [clinician]
    basis: [703/2023]
    show:
      "Person.{visits,records}": allow
      "Visit.{service,diagnosis}": allow
`;
const governancePolicy = `
registry: governance
owner: { en: Gateway, fi: Yhdyskäytävä, sv: Portal }
fields:
  "Query.access": { category: operational }
  "Access.*": { category: operational }
  "FieldAccess.*": { category: operational }
  "Term.*": { category: operational }
  "Query.explainField": { category: operational }
  "FieldRefusal.*": { category: operational }
grants:
  - id: everybody
    purposes: any
    roles: any
    basis: [GDPR 5]
    show: { "Query.access": allow, "Access.*": allow, "FieldAccess.*": allow, "Term.*": allow, "Query.explainField": allow, "FieldRefusal.*": allow }
`;

function compile(subgraphs: readonly Subgraph[], clinic: string): Policy {
  const files = { purposes, roles, people: peoplePolicy, clinic, governance: governancePolicy };
  const sources = Object.entries(files).map(([name, text]) => ({ file: `${name}.yaml`, text }));
  const { policy, problems } = compilePolicy(sources, buildPolicyGraph(subgraphs));
  if (!policy) throw new Error(JSON.stringify(problems, null, 2));
  return policy;
}

export interface Testbed {
  readonly url: URL;
  readonly issuer: DevIssuer;
  readonly gateway: Gateway;
  readonly faults: unknown[];
  readonly log: TestLog;
  /** Security events, a line each. */
  readonly events: string[];
  /** Writes security events. */
  readonly securityEvents: SecurityEvents;
  readonly folder: string;
  /** Operations that reached the planner. */
  readonly planned: readonly string[];
  /** The policy with another file for the clinic. */
  policyWith(clinic: (policy: string) => string): Policy;
  records(): Promise<readonly AuditRecord[]>;
  close(): Promise<void>;
}

/** The whole gateway on loopback: real tokens, real policy, real plans, real audit log. */
export async function startGateway(
  options: Partial<Pick<GatewayOptions, 'conceal' | 'trusted' | 'auditLog' | 'operations'>> & {
    consoleFolder?: string;
    corsOrigins?: readonly string[];
    proxies?: readonly string[];
    sessions?: Sessions;
  } = {},
): Promise<Testbed> {
  const folder = await mkdtemp(join(tmpdir(), 'polku-gateway-'));
  const log = new TestLog();
  const { faults } = log;
  const events: string[] = [];
  const secret = Buffer.alloc(32, 9);
  const personDigests = new PersonDigests(secret);
  const personLog = new PersonLog({ dataFolder: folder, secret, report: (fault) => faults.push(fault) });
  const issuer = await createDevIssuer();
  const signingKey = generateKeyPairSync('ed25519').privateKey;
  const inForce = {
    policy: (): Policy => gateway.policy,
    apiSchema: (): GraphQLSchema => supergraph.apiSchema,
    conceal: options.conceal ?? false,
    accessLog: {
      recordsOf: (person: number, page: PersonLogPage) =>
        personLog.recordsOf(new Set([personDigests.of(person)]), page),
      hidesRecipients: () => false,
    },
    policyDrafts: new PolicyDrafts({
      revisionService: undefined,
      folder: async () => [],
      tests: async () => [],
      operations: async () => [],
      thread: { review: () => Promise.reject(new Error('This gateway reviews no drafts.')) },
    }),
    fieldUse: async (coordinate: string, since: string) => readFieldUse(folder, { coordinate, since }),
    registryState: () => ({ isReachable: true, differences: [] }),
    oversight: new Oversight({
      dataFolder: folder,
      personLog,
      digests: personDigests,
      secret,
      keysOf: (person) => [person],
      uses: new BreakGlassUses(folder),
      reviews: new Reviews(folder, signingKey, () => Promise.reject(new Error('Nobody reviews here.'))),
      checks: new LogCheckThreads(folder, createPublicKey(signingKey), undefined),
    }),
  };
  const subgraphs = [peopleGraph, clinicGraph, await createGovernanceSubgraph(inForce)];
  const planned: string[] = [];
  const composed = loadCitySupergraph(subgraphs.map(localSource));
  const supergraph: Supergraph = {
    ...composed,
    planner: {
      plan(document) {
        planned.push(print(document.operation));
        return composed.planner.plan(document);
      },
    },
  };
  const auditLog =
    options.auditLog ??
    (await openAuditLog(folder, {
      writer: 'gateway',
      signingKey,
    }));
  const securityEvents = new SecurityEvents({
    service: 'gateway',
    sink: (line) => events.push(line),
    digest: (subject) => personDigests.ofSubject(subject),
  });
  const gateway: Gateway = new Gateway({
    supergraph,
    contracts: subgraphs,
    policy: compile(subgraphs, clinicPolicy),
    trusted: options.trusted ?? [issuer.trusted],
    domains: new Domains([Buffer.alloc(32, 7)]),
    epoch: '1',
    auditLog,
    personDigests,
    conceal: options.conceal ?? false,
    operations: options.operations,
    securityEvents,
    log,
  });
  const readiness = new Readiness();
  readiness.start({ audit: () => auditLog.ready() });
  const server = await serveGateway(
    { host: '127.0.0.1', port: 0, proxies: options.proxies },
    { ...options, gateway, readiness, dev: issuer },
  );
  return {
    url: server.url,
    issuer,
    gateway,
    faults,
    log,
    planned,
    events,
    securityEvents,
    folder,
    policyWith: (change) => compile(subgraphs, change(clinicPolicy)),
    records: () => readRecords(folder),
    async close() {
      await server.close();
      await auditLog.close();
      await personLog.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The decisions, without their chain fields. */
async function readRecords(folder: string): Promise<readonly AuditRecord[]> {
  const records: AuditRecord[] = [];
  for await (const entry of logEntries(folder, 'gateway'))
    if (entry.kind === 'decision') records.push(withoutChain(entry));
  return records;
}

function withoutChain(entry: AuditRecord): AuditRecord {
  const chain = new Set(['seq', 'previous', 'hash', 'kind']);
  return Object.fromEntries(
    Object.entries(entry).filter(([key]) => !chain.has(key)),
  ) as unknown as AuditRecord;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: {
    readonly data?: Record<string, unknown> | null;
    readonly errors?: readonly {
      readonly message: string;
      readonly path?: readonly (string | number)[];
      readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string };
    }[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  };
}

export interface Asking {
  readonly persona?: string;
  readonly purpose?: string | null;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
  readonly headers?: Record<string, string>;
  readonly token?: string | null;
}

/** Sends a request over HTTP as a client does: by default as a doctor for care. */
export async function ask({ url, issuer }: Testbed, query: string, asking: Asking = {}): Promise<Answer> {
  const token = asking.token === undefined ? await issuer.issue(asking.persona ?? 'doctor') : asking.token;
  const purpose = asking.purpose === undefined ? 'care' : asking.purpose;
  const { variables, operationName } = asking;
  return read(
    await fetch(new URL('/graphql', url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(purpose !== null && { 'purpose-of-use': purpose }),
        ...asking.headers,
      },
      body: JSON.stringify({ query, variables, operationName }),
    }),
  );
}

export async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text.startsWith('{') ? (JSON.parse(text) as Answer['body']) : {},
  };
}
