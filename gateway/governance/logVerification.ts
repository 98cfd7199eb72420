import {
  Arg,
  Ctx,
  Field,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
} from '../../lib/typeGraphql.js';
import type { Discrepancy } from '../audit/reconcile.js';
import type { ChainVerification, LogFault } from '../audit/verifyAuditLog.js';
import type { GovernanceContext } from './access.js';
import { timeOf } from './loggedDecisions.js';

const MOST_DIFFERENCES = 200;
const USUAL_DAYS = 30;
const DAY_MS = 86_400_000;

@ObjectType('LogFault', { description: 'What was done to the log, and where.' })
export class LogFaultInfo {
  @Field(() => String, {
    description: 'changed, removed, reordered, cut, forged, missing, wrong key or wrong witness.',
  })
  readonly kind!: string;

  @Field(() => String, { nullable: true, description: 'Chain and file.' })
  readonly file!: string | null;

  @Field(() => Int, { nullable: true })
  readonly line!: number | null;

  @Field(() => String)
  readonly message!: string;
}

@ObjectType({ description: 'What verification found in one chain of the log.' })
export class LogChain {
  @Field(() => String)
  readonly chain!: string;

  @Field(() => LogFaultInfo, { nullable: true, description: 'null if the chain is whole.' })
  readonly fault!: LogFaultInfo | null;

  @Field(() => Int, { nullable: true, description: 'The last signed checkpoint up to which it is whole.' })
  readonly checkpoint!: number | null;

  @Field(() => String, { nullable: true, description: 'When it was signed; ISO 8601 in UTC.' })
  readonly checkpointAt!: string | null;

  @Field(() => Int, { description: 'Records up to the first fault, or all.' })
  readonly records!: number;

  @Field(() => Int, { description: 'Records after the checkpoint: chained, and not signed yet.' })
  readonly unsigned!: number;

  @Field(() => Int, { description: 'Records that were not signed when the log was opened after a crash.' })
  readonly unproven!: number;

  @Field(() => Int, { description: 'Records that were removed because their retention is over.' })
  readonly expired!: number;

  @Field(() => Int, { description: 'Openings at which the witness had a checkpoint that the log lacked.' })
  readonly behindWitness!: number;
}

@ObjectType({ description: 'The result of verifying the audit log.' })
export class LogVerification {
  @Field(() => LogFaultInfo, { nullable: true, description: 'The gravest fault; null if the log is whole.' })
  readonly fault!: LogFaultInfo | null;

  @Field(() => [LogChain])
  readonly chains!: readonly LogChain[];

  @Field(() => Boolean, { description: 'Whether a witness was compared. Only it shows that an end was cut.' })
  readonly hasWitness!: boolean;
}

enum LogSide {
  GATEWAY = 'GATEWAY',
  REGISTRY = 'REGISTRY',
}
registerEnumType(LogSide, { name: 'LogSide', description: 'The log that has too few answers.' });

@ObjectType({ description: 'A decision about which the gateway’s log and the log of a registry differ.' })
export class LogDifference {
  @Field(() => String)
  readonly registry!: string;

  @Field(() => String)
  readonly decisionId!: string;

  @Field(() => String, { description: 'ISO 8601 in UTC.' })
  readonly at!: string;

  @Field(() => LogSide)
  readonly missingIn!: LogSide;

  @Field(() => Int, { description: 'Answers that the registry noted.' })
  readonly noted!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Answers by the log of the gateway; null without a record.',
  })
  readonly recorded!: number | null;
}

@ObjectType({ description: 'The result of comparing the audit log with the logs of the registries.' })
export class LogReconciliation {
  @Field(() => [String], { description: 'Registries whose logs are here. Others were not compared.' })
  readonly registries!: readonly string[];

  @Field(() => String, { description: 'Decisions from this time on were compared; ISO 8601 in UTC.' })
  readonly since!: string;

  @Field(() => Int)
  readonly count!: number;

  @Field(() => [LogDifference], { description: `The first ${MOST_DIFFERENCES}.` })
  readonly differences!: readonly LogDifference[];
}

/** Does what `polku audit verify` and `polku audit reconcile` do. */
@Resolver()
export class LogVerificationResolver {
  @Query(() => LogVerification, {
    nullable: true,
    description: 'Verifies every chain of the audit log, as "polku audit verify" does. It may take minutes.',
  })
  async verifyAuditLog(@Ctx() { decision, oversight, client }: GovernanceContext): Promise<LogVerification> {
    const found = await oversight.checks.verify({ subject: decision.caller.subject, client });
    return {
      fault: describeFault(found.fault),
      chains: found.chains.map(describeChain),
      hasWitness: found.witness !== undefined,
    };
  }

  @Query(() => LogReconciliation, {
    nullable: true,
    description:
      'Compares the audit log with what registries recorded about their answers, as "polku audit reconcile" does.',
  })
  async reconcileAuditLog(
    @Ctx() { decision, oversight, client }: GovernanceContext,
    @Arg('since', () => String, {
      nullable: true,
      description: `Decisions from this time on; by default of the last ${USUAL_DAYS} days.`,
    })
    since: string | null,
  ): Promise<LogReconciliation> {
    const from = timeOf('since', since) ?? new Date(Date.now() - USUAL_DAYS * DAY_MS).toISOString();
    const found = await oversight.checks.reconcile(from, { subject: decision.caller.subject, client });
    return {
      registries: found.registries,
      since: found.since,
      count: found.differences.length,
      differences: found.differences.slice(0, MOST_DIFFERENCES).map(describeDifference),
    };
  }
}

function describeFault(fault: LogFault | undefined): LogFaultInfo | null {
  if (!fault) return null;
  const { kind, file, line, message } = fault;
  return { kind, file: file ?? null, line: line ?? null, message };
}

function describeChain(found: ChainVerification): LogChain {
  const { chain, fault, checkpoint, records, unsigned, unproven, expired, behindWitness } = found;
  return {
    chain,
    fault: describeFault(fault),
    checkpoint: checkpoint?.seq ?? null,
    checkpointAt: checkpoint?.time ?? null,
    records,
    unsigned,
    unproven: unproven.records,
    expired,
    behindWitness,
  };
}

function describeDifference(difference: Discrepancy): LogDifference {
  const { registry, decisionId, time, missingIn, noted, recorded } = difference;
  const side = missingIn === 'gateway' ? LogSide.GATEWAY : LogSide.REGISTRY;
  return { registry, decisionId, at: time, missingIn: side, noted, recorded: recorded ?? null };
}
