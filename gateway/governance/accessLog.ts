import { PolkuError } from '../../lib/errors.js';
import { FairQueue } from '../../lib/fairQueue.js';
import {
  Arg,
  Ctx,
  Field,
  ID,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
} from '../../lib/typeGraphql.js';
import { categories, type Category } from '../../policies/engine/catalogue/conditions.js';
import { citationLabel } from '../../policies/engine/catalogue/laws.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import type { AttributedRecord } from '../audit/personLog.js';
import type { Writer } from '../audit/segments.js';
import type { GovernanceContext } from './access.js';
import { purposeTerm, recipientTerm, PolicyTerm } from './policyTerm.js';

const MAX_ENTRIES = 1_000;
/** Older entries are shown only for a special reason, and not here (703/2023 §11). */
const YEARS_SHOWN = 2;

/** A page takes thousands of reads of a file, so the root fields of one caller may wait for each other. */
const queue = new FairQueue({ atOnce: 4, perCaller: 1, waiting: 100 });

interface Page {
  readonly first: number;
  readonly after: string | null;
}

@Resolver()
export class AccessLogResolver {
  @Query(() => [AccessLogEntry], {
    description:
      'Who has read your data in the last two years, and for which purpose; newest first. It needs the purpose data-subject. The log is empty if your token does not name you.',
  })
  accessLog(
    @Arg('first', () => Int, { defaultValue: 100, description: `At most ${MAX_ENTRIES}.` }) first: number,
    @Arg('after', () => ID, { nullable: true, description: 'The last entry of the page before.' })
    after: string | null,
    @Ctx() context: GovernanceContext,
  ): Promise<AccessLogEntry[]> {
    if (first < 0 || first > MAX_ENTRIES)
      throw new PolkuError('BAD_USER_INPUT', `Expected "first" to be from 0 to ${MAX_ENTRIES}.`);
    return queue.run(context.decision.caller.subject, () => pageOf({ first, after }, context));
  }
}

async function pageOf(
  { first, after }: Page,
  { decision: { person }, policy, accessLog }: GovernanceContext,
): Promise<AccessLogEntry[]> {
  if (person === undefined || first === 0) return [];
  const showsRecipients = !accessLog.hidesRecipients(person);
  const since = new Date();
  since.setUTCFullYear(since.getUTCFullYear() - YEARS_SHOWN);
  const entries: AccessLogEntry[] = [];
  const page = { since: since.toISOString(), after: after ?? undefined };
  for await (const record of accessLog.recordsOf(person, page)) {
    if (record.time < page.since) break;
    entries.push(entryOf(record, policy, showsRecipients));
    if (entries.length === first) break;
  }
  return entries;
}

enum AccessKind {
  REQUEST = 'REQUEST',
  MODEL_TRAINING = 'MODEL_TRAINING',
  MODEL_EVALUATION = 'MODEL_EVALUATION',
  PERMIT_EXTRACT = 'PERMIT_EXTRACT',
}
registerEnumType(AccessKind, {
  name: 'AccessKind',
  description: 'In which way data was read.',
  valuesConfig: {
    REQUEST: { description: 'Somebody, or a system, asked for it.' },
    MODEL_TRAINING: { description: 'It was among the data that trained a model.' },
    MODEL_EVALUATION: { description: 'It was among the data by which the quality of a model was measured.' },
    PERMIT_EXTRACT: { description: 'It was extracted for the holder of a data permit.' },
  },
});

/** The chains with decisions about people. */
const kinds: ReadonlyMap<string, AccessKind> = new Map<Writer, AccessKind>([
  ['gateway', AccessKind.REQUEST],
  ['training', AccessKind.MODEL_TRAINING],
  ['evaluation', AccessKind.MODEL_EVALUATION],
  ['permit', AccessKind.PERMIT_EXTRACT],
]);

function entryOf(record: AttributedRecord, policy: Policy, showsRecipient: boolean): AccessLogEntry {
  const { decisionId, time, chain, purpose = '', recipient, coordinates, breakGlass } = record;
  const basis = policy.purposes.get(purpose)?.basis ?? [];
  return {
    id: decisionId,
    at: time,
    kind: kinds.get(chain) ?? null,
    purpose: purposeTerm(purpose, policy),
    basis: basis.map((citation) => new PolicyTerm(citation, citationLabel(citation))),
    recipient: showsRecipient ? recipientTerm(recipient, policy) : null,
    categories: categoriesShown(coordinates, policy).map(
      (category) => new PolicyTerm(category, categories[category]),
    ),
    brokeGlass: breakGlass !== undefined,
  };
}

/** The categories of data behind coordinates, without what is about the graph itself. */
export function categoriesShown(coordinates: readonly string[], policy: Policy): Category[] {
  const asked = new Set(coordinates);
  const found = policy
    .coordinates()
    .flatMap(({ coordinate, classification }) =>
      classification && asked.has(coordinate) && !coordinate.startsWith('Query.')
        ? [classification.category]
        : [],
    );
  return [...new Set(found)].filter((category) => category !== 'operational').sort();
}

@ObjectType({ description: 'One time that your data was read.' })
export class AccessLogEntry {
  @Field(() => ID, { description: 'The decision id. Quote it to ask an organisation about this access.' })
  readonly id!: string;

  @Field(() => String, { description: 'When, by ISO 8601 in UTC.' })
  readonly at!: string;

  @Field(() => AccessKind, { nullable: true, description: 'null: in a way that this version does not know.' })
  readonly kind!: AccessKind | null;

  @Field(() => PolicyTerm, { description: 'For which purpose of use.' })
  readonly purpose!: PolicyTerm;

  @Field(() => [PolicyTerm], {
    description: 'Why data may be read for this purpose: the law that the policy in force cites.',
  })
  readonly basis!: readonly PolicyTerm[];

  @Field(() => PolicyTerm, {
    nullable: true,
    description: 'The organisation that received it. Hidden, for safety, from a person under non-disclosure.',
  })
  readonly recipient!: PolicyTerm | null;

  @Field(() => [PolicyTerm], { description: 'Categories of data that were requested and shown.' })
  readonly categories!: readonly PolicyTerm[];

  @Field(() => Boolean, { description: 'Whether the reader stated an emergency; each such use is reviewed.' })
  readonly brokeGlass!: boolean;
}
