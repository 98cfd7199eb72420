import { randomUUID } from 'node:crypto';
import type { Policy } from '../../../policies/engine/decide/policy.js';
import type { Day } from '../../../schema/calendar.js';
import { Feed } from '../../../schema/feed.js';
import { formatQuarter } from '../../../schema/quarter.js';
import type { Subgraph } from '../../../schema/subgraph.js';
import type { DecisionContext } from '../../../schema/tokens/decisionContext.js';
import { readCodeLists } from '../../../subgraphs/registry/codes.js';
import type { RiskSource } from '../../../subgraphs/risk/riskSource.js';
import { assembleTable } from '../../../subgraphs/risk/training/assembleTable.js';
import type { ChildrenFeeds } from '../../../subgraphs/risk/training/childrenBlock.js';
import type { RiskTable } from '../../../subgraphs/risk/training/riskTable.js';
import { decisionRecord } from '../../audit/requestRecord.js';
import type { AuditLog } from '../../audit/auditLog.js';

/** The purpose for which models are trained and tried: development and innovation (552/2019 §2). */
export const TRAINING_PURPOSE = 'development';

export interface ReadChildrenOptions {
  /** The first days of quarters. */
  readonly blocks: readonly Day[];
  /** Who asks, for the audit record, and the role to which owners grant. */
  readonly by: string;
  readonly role: string;
  readonly policy: Policy;
  /** The registries. */
  readonly subgraphs: readonly Subgraph[];
  readonly sources: readonly RiskSource[];
  readonly auditLog: AuditLog;
  /** Told of each feed that has come. */
  readonly onFeed?: (registry: string, quarter: string) => void;
}

/**
 * What every registry tells of all children as of some quarters, through its own enforcement. The audit record is durable before
 * anything is made of it.
 * @throws PolkuError RISK_TABLE_INCOMPLETE, AUDIT_UNAVAILABLE
 */
export async function readChildren(options: ReadChildrenOptions): Promise<RiskTable> {
  const { blocks, policy, by, role, sources, auditLog } = options;
  const received = new Date();
  const caller = {
    subject: by,
    recipient: 'model-development',
    roles: [role],
    purposes: [TRAINING_PURPOSE],
    employee: undefined,
    units: [],
    permit: undefined,
    person: undefined,
  };
  const { revision } = policy.decide({ ...caller, purpose: TRAINING_PURPOSE }, received);
  const context: DecisionContext = {
    decisionId: randomUUID(),
    caller,
    purpose: TRAINING_PURPOSE,
    revision,
    domain: TRAINING_PURPOSE,
    person: undefined,
    breakGlass: undefined,
  };
  const feeds: ChildrenFeeds[] = [];
  for (const asOf of blocks) feeds.push(await readBlock(asOf, context, options));
  const table = await assembleTable(feeds, sources, await readCodeLists('population'));
  await auditLog.append(
    decisionRecord(
      {
        decisionId: context.decisionId,
        received,
        caller,
        roles: caller.roles,
        purpose: TRAINING_PURPOSE,
        revision,
      },
      {
        outcome: 'answered',
        codes: [],
        operation: { hash: '', name: 'ReadChildren' },
        coordinates: [...new Set(table.factors.flatMap(({ reads }) => reads))],
        masked: [],
        people: [],
        fetches: Object.fromEntries(sources.map(({ registry }) => [registry, 2 * blocks.length])),
      },
    ),
  );
  return table;
}

async function readBlock(
  asOf: Day,
  context: DecisionContext,
  { subgraphs, sources, onFeed }: ReadChildrenOptions,
): Promise<ChildrenFeeds> {
  const read = async (registry: string, type: string, field: string, given: object): Promise<Feed> => {
    const subgraph = subgraphs.find(({ name }) => name === registry)!;
    const feed = await feedOf(
      subgraph,
      { __typename: type, asOf: formatQuarter(asOf), ...given },
      field,
      context,
    );
    onFeed?.(registry, formatQuarter(asOf));
    return feed;
  };
  const households = await read('population', 'ChildFactors', 'households', {});
  const factors = new Map<string, Feed>();
  for (const { registry } of sources)
    factors.set(registry, await read(registry, 'ChildFactors', registry, { households }));
  return {
    asOf,
    households,
    factors,
    population: await read('population', 'ChildOutcomes', 'population', { households }),
    social: await read('social', 'ChildOutcomes', 'social', { households }),
  };
}

/** A feed of one entity, by reference in one process. */
async function feedOf(
  subgraph: Subgraph,
  representation: { readonly __typename: string; readonly asOf: string },
  field: string,
  context: DecisionContext,
): Promise<Feed> {
  const { __typename } = representation;
  const query = `query ($entities: [_Any!]!) { _entities(representations: $entities) { ... on ${__typename} { ${field} } } }`;
  const { data, errors } = await subgraph.execute(
    { query, variables: { entities: [representation] } },
    context,
  );
  if (errors) return Feed.failed;
  const [entity] = (data as { _entities: Record<string, unknown>[] })._entities;
  return Feed.from(entity?.[field]);
}
