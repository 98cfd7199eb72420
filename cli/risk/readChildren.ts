import { randomUUID } from 'node:crypto';
import type { AuditLog } from '../../gateway/audit/auditLog.js';
import type { AuditOutcome, PersonDigests } from '../../gateway/audit/auditRecord.js';
import { decisionRecord } from '../../gateway/audit/requestRecord.js';
import { type Day, formatQuarter } from '../../lib/calendar.js';
import { type ErrorCode, PolkuError } from '../../lib/errors.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { readCodeLists } from '../../registry-kit/codes/codeLists.js';
import { ChildHouseholds, type RiskSource, UNKNOWN_PERSON } from '../../registry-kit/features/feature.js';
import { assembleTable } from '../../risk-model/training/assembleTable.js';
import type { ChildrenFeeds } from '../../risk-model/training/childrenBlock.js';
import type { RiskTable } from '../../risk-model/training/riskTable.js';
import { Feed } from '../../schema/feed.js';
import { DEFAULT_LANGUAGE } from '../../schema/language.js';
import type { PersonKey } from '../../schema/keys.js';
import type { Subgraph } from '../../schema/subgraph.js';
import type { Caller } from '../../schema/tokens/callerClaims.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';

/** The purpose for training and evaluating models: development and innovation (552/2019 §2). */
export const TRAINING_PURPOSE = 'development';

export interface ReadChildrenOptions {
  /** The first days of quarters. */
  readonly blocks: readonly Day[];
  /** Who asks (for the audit record), and the role that owners' grants name. */
  readonly by: string;
  readonly role: string;
  readonly policy: Policy;
  /** The registries. */
  readonly subgraphs: readonly Subgraph[];
  readonly sources: readonly RiskSource[];
  readonly auditLog: AuditLog;
  readonly personDigests: PersonDigests;
  /** Called for each feed that has arrived. */
  readonly onFeed?: (registry: string, quarter: string) => void;
}

/**
 * Reads all children as of some quarters from every registry, through the registry's own enforcement. The
 * audit record is durable before the data is used. It names everybody whose data was read: the children and
 * the people who live with them.
 * @throws PolkuError RISK_TABLE_INCOMPLETE, AUDIT_UNAVAILABLE
 */
export async function readChildren(options: ReadChildrenOptions): Promise<RiskTable> {
  const { policy, by, role } = options;
  const caller: Caller = {
    subject: by,
    recipient: 'model-development',
    roles: [role],
    purposes: [TRAINING_PURPOSE],
    employee: undefined,
    units: [],
    permit: undefined,
    person: undefined,
  };
  const received = new Date();
  const { revision } = policy.decide({ ...caller, purpose: TRAINING_PURPOSE }, received);
  const context: DecisionContext = {
    decisionId: randomUUID(),
    caller,
    purpose: TRAINING_PURPOSE,
    revision,
    domain: TRAINING_PURPOSE,
    person: undefined,
    breakGlass: undefined,
    language: DEFAULT_LANGUAGE,
  };
  return new ChildrenReading(options, context, received).read();
}

/** One run of reading, and what it has fetched. */
class ChildrenReading {
  readonly #fetches: Record<string, number> = {};
  readonly #people = new Set<PersonKey>();

  constructor(
    private readonly options: ReadChildrenOptions,
    private readonly context: DecisionContext,
    private readonly received: Date,
  ) {}

  async read(): Promise<RiskTable> {
    const { blocks, sources } = this.options;
    let table: RiskTable;
    try {
      const feeds: ChildrenFeeds[] = [];
      for (const asOf of blocks) feeds.push(await this.#readBlock(asOf));
      table = await assembleTable(feeds, sources, await readCodeLists('population'));
    } catch (cause) {
      // The record lists everything that registries answered, even if the run failed.
      await this.#record('failed', cause instanceof PolkuError ? [cause.code] : ['INTERNAL_SERVER_ERROR']);
      throw cause;
    }
    await this.#record('answered', []);
    return table;
  }

  async #readBlock(asOf: Day): Promise<ChildrenFeeds> {
    const households = await this.#feed(asOf, 'population', 'ChildFactors', 'households', {});
    for (const person of peopleIn(households)) this.#people.add(person);
    const factors = new Map<string, Feed>();
    for (const { registry } of this.options.sources)
      factors.set(registry, await this.#feed(asOf, registry, 'ChildFactors', registry, { households }));
    const outcomes = (registry: string) =>
      this.#feed(asOf, registry, 'ChildOutcomes', registry, { households });
    return {
      asOf,
      households,
      factors,
      population: await outcomes('population'),
      social: await outcomes('social'),
    };
  }

  /** A feed of one entity, by reference in one process. */
  async #feed(asOf: Day, registry: string, type: string, field: string, given: object): Promise<Feed> {
    const { subgraphs, onFeed } = this.options;
    const quarter = formatQuarter(asOf);
    const query = `query ($entities: [_Any!]!) { _entities(representations: $entities) { ... on ${type} { ${field} } } }`;
    const { data, errors } = await subgraphs
      .find(({ name }) => name === registry)!
      .execute(
        { query, variables: { entities: [{ __typename: type, asOf: quarter, ...given }] } },
        this.context,
      );
    if (data) this.#fetches[registry] = (this.#fetches[registry] ?? 0) + 1;
    onFeed?.(registry, quarter);
    if (errors) return Feed.failed;
    const [entity] = (data as { _entities: Record<string, unknown>[] })._entities;
    return Feed.from(entity?.[field]);
  }

  #record(outcome: AuditOutcome, codes: readonly ErrorCode[]): Promise<void> {
    const { auditLog, personDigests, sources } = this.options;
    const { decisionId, caller, purpose, revision } = this.context;
    const { received } = this;
    const reads = sources.flatMap(({ features }) => features.flatMap((feature) => feature.reads));
    return auditLog.append(
      decisionRecord(
        { decisionId, received, caller, roles: caller.roles, purpose, revision },
        {
          outcome,
          codes,
          operation: { hash: '', name: 'ReadChildren' },
          coordinates: [...new Set(reads)],
          masked: [],
          people: personDigests.ofAll(this.#people),
          fetches: this.#fetches,
        },
      ),
    );
  }
}

/** All known people in some households. */
function* peopleIn(feed: Feed): Iterable<PersonKey> {
  const households = ChildHouseholds.from(feed);
  for (let index = 0; index < (households?.children.length ?? 0); index++) {
    const { child, parents, siblings } = households!.at(index);
    for (const person of [child, ...parents, ...siblings]) if (person !== UNKNOWN_PERSON) yield person;
  }
}
