import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import type { RiskStore } from '../../risk-model/model/riskStore.js';
import type { Order } from '../../risk-model/register/order.js';
import type { RegisterEntry } from '../../risk-model/register/registerEntry.js';
import type { RegisterReport, ServedRegister } from '../../risk-model/register/servedRegister.js';
import { BAND_ENDS, BANDS, type ShadowCounts } from '../../risk-model/register/shadowTable.js';
import type { RegisteredVersion } from '../../risk-model/register/verifyRegister.js';
import { PolkuError } from '../../lib/errors.js';
import { RiskModelCard, toTens } from './modelCard.js';
import {
  RiskAct,
  RiskModelApproval,
  RiskModelStanding,
  RiskModelStop,
  RiskOrder,
  RiskRegisterDraft,
  RiskRegisterEntry,
  RiskShadow,
  RiskShadowBand,
} from './registerTypes.js';

/** What the risk subgraph reads and changes in addition to its feeds. */
export interface RiskSubgraphStore extends RiskStore {
  readonly register: ServedRegister;
}

type Context = RequestContext<RiskSubgraphStore>;

@ObjectType({ description: 'A version of the model, in the register of models.' })
export class RegisteredRiskModel {
  constructor(
    readonly known: RegisteredVersion,
    readonly report: RegisterReport,
  ) {
    this.version = known.version;
    this.sha256 = known.sha256;
  }

  @Field(() => String, { nullable: true, simple: true })
  readonly version: string;

  @Field(() => String, { nullable: true, simple: true, description: 'Of its file.' })
  readonly sha256: string;
}

@ObjectType({
  description:
    'The register of models of predicted need: who approved which version, and what is switched off.',
})
export class RiskRegister {
  constructor(readonly report: RegisterReport) {}

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether people sign entries. It is false only where nobody is real (--dev).',
  })
  get isSigned(): boolean {
    return this.report.isSigned;
  }
}

/**
 * Does what `polku risk models|approve|stop|resume` do, for people who can reach only the gateway. A person
 * signs a text that `riskRegisterDraft` gives. No private key is sent here.
 */
@Resolver(() => RiskRegister)
export class RiskRegisterResolver {
  @Query(() => RiskRegister, { nullable: true, description: 'The register of models of predicted need.' })
  async riskRegister(@Ctx() { store }: Context): Promise<RiskRegister> {
    return new RiskRegister(await store.register.report());
  }

  @Query(() => RiskRegisterDraft, {
    nullable: true,
    description: 'The text that a person signs to approve, stop or resume. It changes nothing.',
  })
  async riskRegisterDraft(
    @Ctx() { store }: Context,
    @Arg('order', () => RiskOrder) order: RiskOrder,
    @Arg('reason', () => String, { description: 'Why. Everybody who asks about the model reads it.' })
    reason: string,
    @Arg('person', () => String, {
      nullable: true,
      description: 'Id of the person in owners.yaml who will sign; none where nobody signs.',
    })
    person: string | null,
    @Arg('version', () => String, {
      nullable: true,
      description: 'The version to approve or to stop; without one, a stop is for every version.',
    })
    version: string | null,
    @Arg('stop', () => Int, { nullable: true, description: 'The number of the stop to take back.' })
    stop: number | null,
  ): Promise<RiskRegisterDraft> {
    const asked = readOrder(order, { reason, version, stop });
    const payload = await store.register.draft(asked, person ?? undefined);
    return Object.assign(new RiskRegisterDraft(), { payload });
  }

  @Mutation(() => RiskRegister, {
    nullable: true,
    description:
      'Switches off one version, or every version, within seconds. One person of any owner is enough.',
  })
  stopRiskModels(
    @Ctx() context: Context,
    @Arg('payload', () => String, { description: 'The exact text that was signed.' }) payload: string,
    @Arg('signature', () => String, { nullable: true, description: 'The signature of its person.' })
    signature: string | null,
  ): Promise<RiskRegister> {
    return accept(context, 'stopped', payload, signature);
  }

  @Mutation(() => RiskRegister, {
    nullable: true,
    description: 'Agrees to take a stop back. The last agreement that it needs takes it back.',
  })
  resumeRiskModels(
    @Ctx() context: Context,
    @Arg('payload', () => String, { description: 'The exact text that was signed.' }) payload: string,
    @Arg('signature', () => String, { nullable: true, description: 'The signature of its person.' })
    signature: string | null,
  ): Promise<RiskRegister> {
    return accept(context, 'resumed', payload, signature);
  }

  @Mutation(() => RiskRegister, {
    nullable: true,
    description: 'Approves a version. It serves after the second approval, within seconds.',
  })
  approveRiskModel(
    @Ctx() context: Context,
    @Arg('payload', () => String, { description: 'The exact text that was signed.' }) payload: string,
    @Arg('signature', () => String, { nullable: true, description: 'The signature of its person.' })
    signature: string | null,
  ): Promise<RiskRegister> {
    return accept(context, 'approved', payload, signature);
  }

  @FieldResolver(() => String, { nullable: true, description: 'The version that serves; null: none does.' })
  serving(@Root() { report }: RiskRegister): string | null {
    return report.register.serving?.version ?? null;
  }

  @FieldResolver(() => [RegisteredRiskModel], { nullable: true, description: 'The newest first.' })
  versions(@Root() { report }: RiskRegister): readonly RegisteredRiskModel[] {
    return report.register.versions.map((known) => new RegisteredRiskModel(known, report)).reverse();
  }

  @FieldResolver(() => [RiskModelStop], { nullable: true, description: 'The stops in force.' })
  stops(@Root() { report }: RiskRegister): readonly RiskModelStop[] {
    return report.register.stops.map(({ sequence, version, person, time, reason, resumers }) =>
      Object.assign(new RiskModelStop(), {
        sequence,
        version: version ?? null,
        person: person ?? null,
        at: time.toISOString(),
        comment: reason,
        resumers: [...resumers],
        missing: report.resumersMissing.get(sequence)!,
      }),
    );
  }

  @FieldResolver(() => RiskShadow, { nullable: true, description: 'The version in shadow mode.' })
  shadow(@Root() { report: { register, shadowCounts } }: RiskRegister): RiskShadow | null {
    const { serving, shadow } = register;
    if (!shadow) return null;
    const all = shadowCounts?.reduce((sum, count) => sum + count, 0);
    return Object.assign(new RiskShadow(), {
      version: shadow.version,
      serving: serving?.version ?? null,
      assessments: all === undefined ? null : toTens(all),
      bands: shadowCounts ? bandsOf(shadowCounts) : null,
    });
  }

  @FieldResolver(() => [RiskRegisterEntry], {
    nullable: true,
    description: 'Everything that was recorded, the newest first.',
  })
  history(@Root() { report }: RiskRegister): readonly RiskRegisterEntry[] {
    return report.register.entries.map(describeEntry).reverse();
  }
}

@Resolver(() => RegisteredRiskModel)
export class RegisteredRiskModelResolver {
  @FieldResolver(() => RiskModelStanding, { nullable: true })
  standing(@Root() { known, report }: RegisteredRiskModel): RiskModelStanding {
    return standingOf(known, report);
  }

  @FieldResolver(() => String, { nullable: true, description: 'ISO 8601, UTC.' })
  registeredAt(@Root() { known }: RegisteredRiskModel): string {
    return known.registeredAt.toISOString();
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'When it got the last approval that it needed. ISO 8601, UTC.',
  })
  approvedAt(@Root() { known }: RegisteredRiskModel): string | null {
    return known.approvedAt?.toISOString() ?? null;
  }

  @FieldResolver(() => [RiskModelApproval], { nullable: true })
  approvals(@Root() { known, report }: RegisteredRiskModel): readonly RiskModelApproval[] {
    return approvalsOf(known, report);
  }

  @FieldResolver(() => Int, { nullable: true, description: 'How many more approvals it needs.' })
  missing(@Root() { known }: RegisteredRiskModel): number {
    return known.missing;
  }

  @FieldResolver(() => RiskModelCard, {
    nullable: true,
    description: 'Its model card: what it is for and not for, how good it is, and its limits.',
  })
  async card(@Root() { known }: RegisteredRiskModel, @Ctx() { store }: Context): Promise<RiskModelCard> {
    return new RiskModelCard(await store.register.describe(known));
  }
}

async function accept(
  { store, decision }: Context,
  kind: Order['kind'],
  payload: string,
  signature: string | null,
): Promise<RiskRegister> {
  const signed = { payload, signature: signature ?? undefined, login: decision.caller.subject };
  return new RiskRegister(await store.register.accept(kind, signed));
}

/** @throws PolkuError BAD_USER_INPUT */
function readOrder(
  order: RiskOrder,
  { reason, version, stop }: { reason: string; version: string | null; stop: number | null },
): Order {
  switch (order) {
    case RiskOrder.STOP:
      return { kind: 'stopped', version: version ?? undefined, reason };
    case RiskOrder.APPROVE:
      if (version === null) throw new PolkuError('BAD_USER_INPUT', 'Name the version to approve.');
      return { kind: 'approved', version, reason };
    case RiskOrder.RESUME:
      if (stop === null) throw new PolkuError('BAD_USER_INPUT', 'Name the stop to take back, by its number.');
      return { kind: 'resumed', stop, reason };
  }
}

function standingOf(
  { version, retired, approvedAt }: RegisteredVersion,
  { register: { serving, shadow, stops } }: RegisterReport,
): RiskModelStanding {
  if (retired) return RiskModelStanding.RETIRED;
  if (serving?.version === version) return RiskModelStanding.SERVES;
  if (stops.some((stop) => stop.version === undefined || stop.version === version))
    return RiskModelStanding.STOPPED;
  if (shadow?.version === version) return RiskModelStanding.SHADOW;
  return approvedAt ? RiskModelStanding.APPROVED : RiskModelStanding.WAITING;
}

/** The approvals that count, in their order. */
function approvalsOf(
  { version, approvers, sha256 }: RegisteredVersion,
  { register: { entries }, isSigned }: RegisterReport,
): readonly RiskModelApproval[] {
  const approvals = new Map<string | undefined, RiskModelApproval>();
  for (const { act, person, time } of entries) {
    if (act.kind !== 'approved' || act.version !== version || act.sha256 !== sha256) continue;
    if (approvals.has(person) || (isSigned && !approvers.has(person ?? ''))) continue;
    const approval = { person: person ?? null, at: time.toISOString(), comment: act.reason };
    approvals.set(person, Object.assign(new RiskModelApproval(), approval));
  }
  return [...approvals.values()];
}

const acts = {
  trained: RiskAct.TRAINED,
  evaluated: RiskAct.EVALUATED,
  approved: RiskAct.APPROVED,
  shadow: RiskAct.SHADOW,
  retired: RiskAct.RETIRED,
  stopped: RiskAct.STOPPED,
  resumed: RiskAct.RESUMED,
} as const;

function describeEntry({ sequence, time, person, act }: RegisterEntry): RiskRegisterEntry {
  return Object.assign(new RiskRegisterEntry(), {
    sequence,
    act: acts[act.kind],
    version: ('version' in act ? act.version : undefined) ?? null,
    stop: 'stop' in act ? act.stop : null,
    person: person ?? null,
    at: time.toISOString(),
    comment: 'reason' in act ? act.reason : null,
  });
}

function bandsOf(counts: ShadowCounts): readonly RiskShadowBand[] {
  const ends = [0, ...BAND_ENDS, 1];
  return Array.from({ length: BANDS }, (_, row) =>
    Object.assign(new RiskShadowBand(), {
      from: ends[row]!,
      until: ends[row + 1]!,
      assessments: counts.slice(row * BANDS, (row + 1) * BANDS).map(toTens),
    }),
  );
}
