import { SIGNATURES_NEEDED } from '../../approvals/signedDocument.js';
import type { RevisionService } from '../../approvals/policy-revisions/revisionService.js';
import { formatDay, today } from '../../lib/calendar.js';
import { PolkuError } from '../../lib/errors.js';
import { FairQueue } from '../../lib/fairQueue.js';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import type { Grant } from '../../policies/engine/policyModel.js';
import { explainCell } from '../../policies/engine/report/explainCell.js';
import { inLanguage, type Language, type LocalizedText } from '../../schema/language.js';
import type { FieldUseCount } from '../audit/fieldUse.js';
import type { GovernanceContext } from './access.js';
import {
  describeRule,
  describeWay,
  effectOf,
  ownerLabel,
  PolicyEffect,
  PolicyRule,
  PolicyWay,
} from './policyMatrix.js';

const DAYS_COUNTED = 30;
const DAY_MS = 86_400_000;

/** Counting reads megabytes of the log, so the questions of one caller wait for each other. */
const queue = new FairQueue({ atOnce: 2, perCaller: 1, waiting: 20 });

@ObjectType({ description: 'A grant for the same purpose that does not apply to this role.' })
export class NearRule extends PolicyRule {
  @Field(() => [String])
  readonly roles!: readonly string[];

  @Field(() => [String], { nullable: true, description: 'null: every organisation.' })
  readonly recipients!: readonly string[] | null;

  @Field(() => Boolean)
  readonly needsPermit!: boolean;

  @Field(() => String, { nullable: true, description: 'The first day on which it applies.' })
  readonly from!: string | null;

  @Field(() => String, { nullable: true, description: 'The last day on which it applies.' })
  readonly until!: string | null;
}

@ObjectType({ description: 'A part of a field that its owner withholds.' })
export class WithheldInput {
  @Field(() => String)
  readonly coordinate!: string;

  @Field(() => String)
  readonly owner!: string;

  @Field(() => String, { nullable: true, description: 'The derived type that it is not released to.' })
  readonly derivedType!: string | null;

  @Field(() => String, { description: 'Why, as in PolicyExplanation.reasonKind.' })
  readonly reasonKind!: string;
}

@ObjectType({ description: 'What one derived type may make of a field.' })
export class DerivationAccess {
  @Field(() => String)
  readonly type!: string;

  @Field(() => [PolicyWay], { description: 'Empty: it may not use the field.' })
  readonly ways!: readonly PolicyWay[];

  @Field(() => String, { nullable: true, description: 'Why it may not use the field.' })
  readonly reasonKind!: string | null;
}

@ObjectType({ description: 'A person who may sign policies, by office and not by name.' })
export class PolicySigner {
  @Field(() => String, { description: 'Id in owners.yaml.' })
  readonly id!: string;

  @Field(() => String)
  readonly office!: string;
}

@ObjectType({ description: 'Who could change what policy says about a field.' })
export class ChangeAuthority {
  @Field(() => String)
  readonly registry!: string;

  @Field(() => String)
  readonly owner!: string;

  @Field(() => String, { description: 'The policy file that would change.' })
  readonly file!: string;

  @Field(() => Int, { description: 'How many people must sign a change; 0 with --dev, where nobody signs.' })
  readonly signaturesNeeded!: number;

  @Field(() => [PolicySigner], { description: 'The people of the owner whose signatures are valid today.' })
  readonly people!: readonly PolicySigner[];
}

@ObjectType({ description: 'How often one kind of requester asked for a field. It names no person.' })
export class FieldRequestCount {
  @Field(() => String, { description: 'The organisation that asked.' })
  readonly recipient!: string;

  @Field(() => String)
  readonly purpose!: string;

  @Field(() => [String])
  readonly roles!: readonly string[];

  @Field(() => String, { description: 'The name of the organisation, or its id.' })
  readonly recipientLabel!: string;

  @Field(() => String)
  readonly purposeLabel!: string;

  @Field(() => [String])
  readonly roleLabels!: readonly string[];

  @Field(() => Int, { description: 'Requests that asked for the field and could see it.' })
  readonly shown!: number;

  @Field(() => Int, { description: 'Requests that asked for the field and could not see it.' })
  readonly withheld!: number;
}

@ObjectType({ description: 'Who asked for a field, by the audit log.' })
export class FieldRequests {
  @Field(() => String, { description: 'From when on requests are counted; ISO 8601, UTC.' })
  readonly since!: string;

  @Field(() => Boolean, { description: `Whether all of the last ${DAYS_COUNTED} days are counted.` })
  readonly isComplete!: boolean;

  @Field(() => [FieldRequestCount], { description: 'Most requests first.' })
  readonly counts!: readonly FieldRequestCount[];
}

@ObjectType({ description: 'Why a role sees a field for a purpose, or does not.' })
export class PolicyExplanation {
  @Field(() => String)
  readonly coordinate!: string;

  @Field(() => String)
  readonly purpose!: string;

  @Field(() => String)
  readonly role!: string;

  @Field(() => PolicyEffect)
  readonly effect!: PolicyEffect;

  @Field(() => [PolicyWay], { description: 'Empty: it is not shown.' })
  readonly ways!: readonly PolicyWay[];

  @Field(() => String, { nullable: true, description: 'Why it is not shown, in a sentence.' })
  readonly reason!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Why it is not shown: prohibited, not-granted, inputs, aggregate-only, quasi-identifier, no-role, unclassified and others.',
  })
  readonly reasonKind!: string | null;

  @Field(() => PolicyRule, { nullable: true, description: 'The rule that prohibits it.' })
  readonly prohibition!: PolicyRule | null;

  @Field(() => [NearRule], { description: 'Grants for the same purpose that do not apply to this role.' })
  readonly nearRules!: readonly NearRule[];

  @Field(() => [WithheldInput], { description: 'Parts of the field that their owners withhold.' })
  readonly withheldInputs!: readonly WithheldInput[];

  @Field(() => [DerivationAccess])
  readonly derivations!: readonly DerivationAccess[];

  @Field(() => ChangeAuthority)
  readonly changedBy!: ChangeAuthority;
}

@Resolver(() => PolicyExplanation)
export class PolicyExplanationResolver {
  @Query(() => PolicyExplanation, {
    nullable: true,
    description:
      'Why a role sees a field for a purpose, or does not: the rule, its law, and who could change it.',
  })
  async explainPolicy(
    @Arg('coordinate', () => String, { description: 'Type.field' }) coordinate: string,
    @Arg('purpose', () => String) purpose: string,
    @Arg('role', () => String) role: string,
    @Ctx() { policy, revisionService, decision }: GovernanceContext,
  ): Promise<PolicyExplanation> {
    const { language } = decision;
    const { registry, ways, denial, derivations } = explainCell(
      policy,
      { coordinate, purpose, role },
      new Date(),
    );
    if (registry === undefined)
      throw new PolkuError('BAD_USER_INPUT', 'There is no such field in the graph. Write Type.field.');
    const shown = ways.map(describeWay);
    return {
      coordinate,
      purpose,
      role,
      effect: denial ? (denial.prohibition ? PolicyEffect.PROHIBIT : PolicyEffect.DENY) : effectOf(shown),
      ways: shown,
      reason: denial ? inLanguage(denial.sentence, language) : null,
      reasonKind: denial?.kind ?? null,
      prohibition: denial?.prohibition ? describeRule(denial.prohibition) : null,
      nearRules: denial?.nearGrants.map(describeNearRule) ?? [],
      withheldInputs:
        denial?.inputs.map((input) => ({
          coordinate: input.coordinate,
          owner: ownerLabel(policy, input.registry, language),
          derivedType: input.derivedType ?? null,
          reasonKind: input.kind,
        })) ?? [],
      derivations: derivations.map((derivation) => ({
        type: derivation.type,
        ways: derivation.ways.map(describeWay),
        reasonKind: derivation.kind ?? null,
      })),
      changedBy: {
        registry,
        owner: ownerLabel(policy, registry, language),
        file: `${registry}.yaml`,
        signaturesNeeded: revisionService ? SIGNATURES_NEEDED : 0,
        people: await signersOf(registry, revisionService),
      },
    };
  }

  @FieldResolver(() => FieldRequests, {
    nullable: true,
    description: `Who asked for the field in the last ${DAYS_COUNTED} days, for any purpose. Numbers only.`,
  })
  requests(
    @Root() { coordinate }: PolicyExplanation,
    @Ctx() { decision, policy, fieldUse, client }: GovernanceContext,
  ): Promise<FieldRequests> {
    const since = new Date(Date.now() - DAYS_COUNTED * DAY_MS).toISOString();
    return queue.run(
      decision.caller.subject,
      async () => {
        const use = await fieldUse(coordinate, since, client);
        return { ...use, counts: use.counts.map((count) => describeCount(count, policy, decision.language)) };
      },
      client,
    );
  }
}

function describeCount(count: FieldUseCount, policy: Policy, language: Language): FieldRequestCount {
  const nameOf = (label: LocalizedText | undefined, id: string) => (label ? inLanguage(label, language) : id);
  return {
    ...count,
    recipientLabel: nameOf(policy.recipientLabel(count.recipient), count.recipient),
    purposeLabel: nameOf(policy.purposes.get(count.purpose)?.label, count.purpose),
    roleLabels: count.roles.map((role) => nameOf(policy.roles.get(role)?.label, role)),
  };
}

async function signersOf(
  registry: string,
  revisionService: RevisionService | undefined,
): Promise<readonly PolicySigner[]> {
  if (!revisionService) return [];
  const { people, peopleOf } = await revisionService.owners();
  const day = today(new Date());
  return [...(peopleOf.get(registry) ?? [])].flatMap((id) => {
    const person = people.get(id);
    const isValid = person && (person.until === undefined || day <= person.until);
    return isValid ? [{ id, office: person.label }] : [];
  });
}

function describeNearRule(grant: Grant): NearRule {
  const { roles, recipients, needsPermit, from, until } = grant;
  return {
    ...describeRule(grant),
    roles: [...roles],
    recipients: recipients ? [...recipients] : null,
    needsPermit,
    from: from === undefined ? null : formatDay(from),
    until: until === undefined ? null : formatDay(until),
  };
}
