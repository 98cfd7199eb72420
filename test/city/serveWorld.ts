import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { policiesFolder } from '../../cli/options.js';
import { loadPolicy } from '../../cli/runtime/openPolicy.js';
import { localDataSource } from '../../gateway/registries/localDataSource.js';
import type { SubgraphSource } from '../../federation/supergraph/supergraph.js';
import { loadCitySupergraph } from '../../gateway/registries/cityTypes.js';
import type { AuditLog } from '../../gateway/audit/auditLog.js';
import { type AuditRecord, PersonDigests } from '../../gateway/audit/auditRecord.js';
import { Gateway } from '../../gateway/gateway.js';
import { serveGateway } from '../../gateway/http/serveGateway.js';
import { loginDomain } from '../../gateway/identity/bearerToken.js';
import { trustedIssuer } from '../../gateway/identity/trustedIssuer.js';
import { Domains, seal } from '../../gateway/pseudonyms.js';
import { Readiness } from '../../lib/readiness.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { createSubgraph, type Decide } from '../../registry-kit/subgraph/createSubgraph.js';
import { derivedSources, registrySources } from '../../registry-kit/subgraph/registrySources.js';
import { SecurityEvents } from '../../schema/securityEvents.js';
import type { Subgraph } from '../../schema/subgraph.js';
import { derivedModules, registries } from '../../subgraphs/registries.js';
import { openWorld, type World } from './smallWorld.js';
import { TestLog } from './testLog.js';

const AUDIENCE = 'polku';
const ISSUER = 'test';
const EPOCH = '1';
const domains = new Domains([Buffer.alloc(32, 7)]);

/** The requester, as the claims of a token. */
export interface WorldRequester {
  readonly roles: readonly string[];
  readonly purpose: string;
  readonly recipient?: string;
  readonly employee?: string;
  readonly units?: readonly string[];
  readonly permit?: string;
  /** Key of the person that the login service names. */
  readonly person?: number;
  /** The id by which the token names a person, instead of the one of the login service. */
  readonly login?: string;
}

export interface Asked {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A gateway over HTTP and all its subgraphs, on a few rows in memory. World and policies can be changed while
 * it runs.
 */
export interface ServedWorld {
  readonly url: URL;
  readonly records: readonly AuditRecord[];
  readonly policy: Policy;
  /** Unexpected errors; a test has none. */
  readonly faults: readonly unknown[];
  show(world: World): void;
  /** The policy of the gateway and, by default, of the subgraphs. */
  rule(gateway: Policy, subgraphs?: Policy): void;
  /** The id of a person or family for a requester. */
  id(requester: WorldRequester, kind: 'PersonID' | 'FamilyID', key: number): string;
  /** Status and body, without the decision id. */
  ask(requester: WorldRequester, asked: Asked): Promise<{ status: number; text: string }>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  /** How subgraphs are created; by default each enforces its owner's policy. */
  readonly create?: typeof createSubgraph;
  /** Where a subgraph answers, and by which contract; by default in this process, by its own contract. */
  readonly place?: (source: SubgraphSource) => SubgraphSource;
}

export async function serveWorld({
  create = createSubgraph,
  place = (source) => source,
}: WorldOptions = {}): Promise<ServedWorld> {
  let open = openWorld({});
  const shipped = await loadPolicy(policiesFolder);
  let ownersPolicy = shipped;
  const decide: Decide = (caller) => ownersPolicy.decide(caller, new Date());
  const subgraphs: Subgraph[] = [];
  for (const { definition, module } of registries) {
    const sources = registrySources(
      () => open.snapshots.get(definition.name)!,
      () => open.overlays,
      () => ({ own: open.marks.get(definition.name)!, population: open.marks.get('population')! }),
    );
    subgraphs.push(await create({ name: definition.name, module, decide, open: sources }));
  }
  const stores: Record<string, unknown> = {
    directory: { ownerOf: () => undefined },
    linkage: { findPerson: () => undefined },
  };
  for (const [name, module] of Object.entries(derivedModules))
    subgraphs.push(await create({ name, module, decide, open: derivedSources(stores[name]) }));
  const supergraph = loadCitySupergraph(
    subgraphs.map((subgraph) => place({ contract: subgraph, dataSource: localDataSource(subgraph) })),
  );

  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const keys = { keys: [{ ...(await exportJWK(publicKey)), alg: 'EdDSA' }] };
  const records: AuditRecord[] = [];
  const log = new TestLog();
  const { faults } = log;
  const auditLog = {
    append: (record: AuditRecord) => Promise.resolve(void records.push(record)),
    ready: () => Promise.resolve(),
    close: () => Promise.resolve(),
  } as Partial<AuditLog> as AuditLog;
  const gateway = new Gateway({
    supergraph,
    contracts: subgraphs,
    policy: shipped,
    trusted: [trustedIssuer({ issuer: ISSUER, audience: AUDIENCE, keys })],
    domains,
    epoch: EPOCH,
    auditLog,
    personDigests: new PersonDigests(Buffer.alloc(32, 9)),
    conceal: false,
    securityEvents: new SecurityEvents({ service: 'gateway', sink: () => {} }),
    log,
  });
  const server = await serveGateway({ host: '127.0.0.1', port: 0 }, { gateway, readiness: new Readiness() });

  const tokenOf = ({
    purpose,
    person,
    login,
    recipient = 'recipient',
    ...claims
  }: WorldRequester): Promise<string> =>
    new SignJWT({
      ...claims,
      recipient,
      purposes: [purpose],
      person: person === undefined ? login : seal(loginDomain(domains, EPOCH), 'PersonID', person),
    })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject('someone')
      .setExpirationTime('5m')
      .sign(privateKey);

  return {
    url: server.url,
    records,
    faults,
    policy: shipped,
    show: (world) => (open = openWorld(world)),
    rule(policy, subgraphsPolicy = policy) {
      gateway.swap(policy);
      ownersPolicy = subgraphsPolicy;
    },
    id: ({ purpose, recipient = 'recipient', permit }, kind, key) =>
      seal(domains.domain({ purpose, recipient, permit, epoch: EPOCH }), kind, key),
    async ask(requester, { query, variables, headers }) {
      const response = await fetch(new URL('/graphql', server.url), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await tokenOf(requester)}`,
          'purpose-of-use': requester.purpose,
          ...headers,
        },
        body: JSON.stringify({ query, variables }),
      });
      const decisionId = response.headers.get('polku-decision-id')!;
      return { status: response.status, text: (await response.text()).replaceAll(decisionId, '') };
    },
    async stop() {
      await server.close();
    },
  };
}
