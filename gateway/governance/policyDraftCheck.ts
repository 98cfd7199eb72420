// Long, because it declares every GraphQL type of the check of a draft.
import { parse } from 'yaml';
import type { FileChanges } from '../../approvals/policy-revisions/draftRevision.js';
import { PolkuError } from '../../lib/errors.js';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import type { ChangeEffect } from '../../policies/engine/compare/changeSentences.js';
import type { OperationChange } from '../../policies/engine/compare/operationImpact.js';
import { inLanguage, type Language } from '../../schema/language.js';
import { failedTests, type ReviewedDraft } from '../policy-review/policyDrafts.js';
import type { ReviewClient } from '../policy-review/reviewThread.js';
import type { GovernanceContext } from './access.js';
import { MissingSignatures } from './revisions.js';

enum PolicyChangeEffect {
  WIDENS = 'WIDENS',
  NARROWS = 'NARROWS',
  CHANGES = 'CHANGES',
}
registerEnumType(PolicyChangeEffect, {
  name: 'PolicyChangeEffect',
  description: 'Whether a change shows more or less.',
  valuesConfig: {
    WIDENS: { description: 'Somebody sees more.' },
    NARROWS: { description: 'Somebody sees less.' },
    CHANGES: { description: 'Somebody sees something else, neither more nor less.' },
  },
});
const effects: Readonly<Record<ChangeEffect, PolicyChangeEffect>> = {
  widens: PolicyChangeEffect.WIDENS,
  narrows: PolicyChangeEffect.NARROWS,
  changes: PolicyChangeEffect.CHANGES,
};

enum OperationOutcome {
  BROKEN = 'BROKEN',
  LESS = 'LESS',
  MENDED = 'MENDED',
  MORE = 'MORE',
}
registerEnumType(OperationOutcome, {
  name: 'OperationOutcome',
  description: 'What becomes of a stored operation of an app.',
  valuesConfig: {
    BROKEN: { description: 'It was answered, and will be refused.' },
    LESS: { description: 'It will be answered with less.' },
    MENDED: { description: 'It was refused, and will be answered.' },
    MORE: { description: 'It will be answered with more.' },
  },
});
const outcomes: Readonly<Partial<Record<OperationChange, OperationOutcome>>> = {
  broken: OperationOutcome.BROKEN,
  less: OperationOutcome.LESS,
  mended: OperationOutcome.MENDED,
  more: OperationOutcome.MORE,
};

enum ProblemSeverity {
  ERROR = 'ERROR',
  WARNING = 'WARNING',
}
registerEnumType(ProblemSeverity, {
  name: 'ProblemSeverity',
  description: 'Whether policies with a problem compile.',
  valuesConfig: {
    ERROR: { description: 'They do not.' },
    WARNING: { description: 'They do.' },
  },
});

@ObjectType({ description: 'The last day of a grant.' })
class GrantEnd {
  @Field(() => String, { description: 'The id of the grant in its file.' })
  readonly grant!: string;

  @Field(() => String, { description: 'The last day on which it grants anything, such as 2027-12-31.' })
  readonly lastDay!: string;
}

@ObjectType({ description: 'A file of the policies, or of their tests.' })
export class PolicyFile {
  @Field(() => String)
  readonly name!: string;

  @Field(() => String)
  readonly text!: string;

  @Field(() => Boolean, { description: 'Whether it has tests, which decide nothing.' })
  readonly isTest!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'From then on it grants nothing: ISO 8601, UTC. null: never; tests, or with --dev.',
  })
  readonly expiresAt!: string | null;

  @Field(() => [GrantEnd], { description: 'The last days of its grants that have one.' })
  readonly grantEnds!: readonly GrantEnd[];
}

@InputType({ description: 'A file that a draft sets or removes. Other files stay as they are.' })
class PolicyFileInput {
  @Field(() => String, { description: 'Such as health.yaml, or health.test.yaml.' })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: 'null: the file is removed.' })
  readonly text!: string | null;
}

@ObjectType({ description: 'A file that a change sets or removes.' })
export class PolicyFileChange {
  @Field(() => String)
  readonly name!: string;

  @Field(() => String, { nullable: true, description: 'null: there was no such file.' })
  readonly before!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'null: the file is removed. The text before: it is only renewed, so that it expires later.',
  })
  readonly after!: string | null;
}

@ObjectType({ description: 'A problem in a file of the policies or of their tests.' })
export class PolicyProblem {
  @Field(() => String)
  readonly file!: string;

  @Field(() => Int, { description: 'From 1; 0: the whole of the file.' })
  readonly line!: number;

  @Field(() => Int)
  readonly column!: number;

  @Field(() => ProblemSeverity)
  readonly severity!: ProblemSeverity;

  @Field(() => String)
  readonly message!: string;

  @Field(() => String, { nullable: true, description: 'What to write instead.' })
  readonly fix!: string | null;
}

@ObjectType({ description: 'One test of the policies, and how it ended.' })
export class PolicyTestOutcome {
  @Field(() => String)
  readonly file!: string;

  @Field(() => Int)
  readonly line!: number;

  @Field(() => String, { description: 'registry: name' })
  readonly name!: string;

  @Field(() => Boolean)
  readonly passed!: boolean;

  @Field(() => String, { nullable: true, description: 'What was expected, and what was found.' })
  readonly message!: string | null;
}

@ObjectType({ description: 'What changes for a role and a purpose.' })
export class PolicyDifference {
  @Field(() => String, { description: 'In the language of the request (Accept-Language).' })
  readonly sentence!: string;

  @Field(() => PolicyChangeEffect)
  readonly effect!: PolicyChangeEffect;

  @Field(() => [String], { description: 'The fields that it is about, as Type.field. Empty: groups.' })
  readonly coordinates!: readonly string[];

  @Field(() => String, { nullable: true, description: 'The type that is computed from the fields.' })
  readonly derivedType!: string | null;

  @Field(() => String)
  readonly purpose!: string;

  @Field(() => String, { nullable: true, description: 'null: every role, for numbers of groups.' })
  readonly role!: string | null;

  @Field(() => String)
  readonly registry!: string;
}

@ObjectType({ description: 'A stored operation of an app that is answered otherwise than before.' })
export class OperationDifference {
  @Field(() => String, { description: 'app/file' })
  readonly name!: string;

  @Field(() => OperationOutcome)
  readonly outcome!: OperationOutcome;

  @Field(() => [String], { description: 'What changes in the answer, in the language of the request.' })
  readonly changes!: readonly string[];
}

@ObjectType({ description: 'A made-up value of a field, as a role sees it if all conditions are true.' })
export class PolicyExample {
  @Field(() => String)
  readonly coordinate!: string;

  @Field(() => String)
  readonly role!: string;

  @Field(() => String)
  readonly purpose!: string;

  @Field(() => String)
  readonly value!: string;

  @Field(() => String, { nullable: true, description: 'null: nothing is shown.' })
  readonly before!: string | null;

  @Field(() => String, { nullable: true, description: 'null: nothing is shown.' })
  readonly after!: string | null;
}

@ObjectType({ description: 'What a draft of policies, a revision or a rollback would change.' })
export class PolicyDraftCheck {
  readonly draft!: ReviewedDraft;

  @Field(() => Int, {
    nullable: true,
    description: 'The number of the revision that it was compared with; null with --dev.',
  })
  readonly comparedWith!: number | null;

  @Field(() => Boolean, { description: 'Whether another revision came into force since basedOn.' })
  readonly isStale!: boolean;

  @Field(() => [PolicyFileChange], { description: 'The files that it sets or removes, those of tests last.' })
  readonly files!: readonly PolicyFileChange[];

  @Field(() => Boolean, { description: 'Without errors. Otherwise only problems are listed.' })
  readonly compiles!: boolean;

  @Field(() => [PolicyProblem])
  readonly problems!: readonly PolicyProblem[];

  @Field(() => [PolicyTestOutcome])
  readonly tests!: readonly PolicyTestOutcome[];

  @Field(() => [String], { description: 'The tests that fail, as an overruling names them.' })
  readonly failingTests!: readonly string[];

  @Field(() => [PolicyDifference], { description: 'First what somebody sees more of.' })
  readonly differences!: readonly PolicyDifference[];

  @Field(() => Int, { description: 'How many more differences there are.' })
  readonly omittedDifferences!: number;

  @Field(() => [OperationDifference], { description: 'Broken ones first.' })
  readonly operations!: readonly OperationDifference[];

  @Field(() => [PolicyExample])
  readonly examples!: readonly PolicyExample[];

  @Field(() => [MissingSignatures], {
    description: 'Whose signatures it needs, or still lacks. Empty: none, or with --dev.',
  })
  readonly ownersNeeded!: readonly MissingSignatures[];
}

/** The last days of the grants of a file, which has been checked before. */
function grantEndsIn(text: string): readonly GrantEnd[] {
  const { grants = [] } = (parse(text, { schema: 'failsafe' }) ?? {}) as {
    readonly grants?: readonly { readonly id: string; readonly valid?: { readonly until?: string } }[];
  };
  return grants.flatMap(({ id, valid }) =>
    valid?.until === undefined ? [] : [{ grant: id, lastDay: valid.until }],
  );
}

const BASED_ON = 'The number of the revision in force when the draft was begun.';

/** Shows people what they are about to sign. Nothing is stored. */
@Resolver()
export class PolicyDraftResolver {
  @Query(() => [PolicyFile], {
    nullable: true,
    description: 'The files of the policies in force, or of a revision, and their tests.',
  })
  async policyFiles(
    @Arg('sequence', () => Int, { nullable: true, description: 'By default, what is in force.' })
    sequence: number | null,
    @Ctx() { policyDrafts }: GovernanceContext,
  ): Promise<readonly PolicyFile[]> {
    const files = await policyDrafts.files(sequence ?? undefined);
    return files.map(({ name, text, expiresAt }) => ({
      name,
      text,
      isTest: name.includes('.test.'),
      expiresAt: expiresAt?.toISOString() ?? null,
      // Only a selected field is read.
      get grantEnds() {
        return grantEndsIn(text);
      },
    }));
  }

  @Query(() => PolicyDraftCheck, {
    nullable: true,
    description: 'What a draft would change: problems, tests, differences, operations of apps, examples.',
  })
  async checkPolicyDraft(
    @Arg('files', () => [PolicyFileInput]) files: readonly PolicyFileInput[],
    @Arg('renew', () => [String], {
      defaultValue: [],
      description:
        'Files of policies that are set again even if they do not change, so that they expire later.',
    })
    renew: readonly string[],
    @Arg('basedOn', () => Int, { nullable: true, description: BASED_ON }) basedOn: number | null,
    @Ctx() context: GovernanceContext,
  ): Promise<PolicyDraftCheck> {
    const changes: FileChanges = new Map(files.map(({ name, text }) => [name, text ?? undefined]));
    if (changes.size < files.length)
      throw new PolkuError('BAD_USER_INPUT', 'A draft names each file only once.');
    const draft = await context.policyDrafts.reviewDraft(changes, clientOf(context), renew);
    return describe(draft, basedOn, context.decision.language);
  }

  @Query(() => PolicyDraftCheck, {
    nullable: true,
    description: 'What a revision changes in the one that it follows, for those who approve it.',
  })
  async revisionCheck(
    @Arg('sequence', () => Int) sequence: number,
    @Ctx() context: GovernanceContext,
  ): Promise<PolicyDraftCheck> {
    const draft = await context.policyDrafts.reviewRevision(sequence, clientOf(context));
    return describe(draft, null, context.decision.language);
  }

  @Query(() => PolicyDraftCheck, {
    nullable: true,
    description: 'What it would change to restore the policies of an earlier revision.',
  })
  async rollbackCheck(
    @Arg('sequence', () => Int, { description: 'The earlier revision.' }) sequence: number,
    @Ctx() context: GovernanceContext,
  ): Promise<PolicyDraftCheck> {
    const draft = await context.policyDrafts.reviewRollback(sequence, clientOf(context));
    return describe(draft, null, context.decision.language);
  }
}

@Resolver(() => PolicyDraftCheck)
export class PolicyPayloadResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The exact text to sign, for proposePolicy; that of the revision if one was checked. null with --dev, and where nothing changes or compiles.',
  })
  payload(
    @Root() { draft }: PolicyDraftCheck,
    @Arg('author', () => String, { nullable: true, description: 'Id of the author in owners.yaml.' })
    author: string | null,
    @Arg('comment', () => String, { nullable: true, description: 'Why.' }) comment: string | null,
    @Arg('days', () => Int, { defaultValue: 365, description: 'For how long the files are in force.' })
    days: number,
    @Arg('overruleFailingTests', () => String, {
      nullable: true,
      description: 'Why the tests that fail do not matter. Without a reason none is overruled.',
    })
    overruleFailingTests: string | null,
  ): string | null {
    const { payload, files, review } = draft;
    if (!payload || files.length === 0 || !review.compiles) return null;
    const tests = failedTests(review);
    const overruled =
      overruleFailingTests !== null && tests.length > 0 ? { tests, reason: overruleFailingTests } : undefined;
    return payload({ author: author ?? '', comment: comment ?? '', days, overruled });
  }
}

function clientOf({ decision, client }: GovernanceContext): ReviewClient {
  return { caller: decision.caller.subject, client };
}

function describe(draft: ReviewedDraft, basedOn: number | null, language: Language): PolicyDraftCheck {
  const { review, comparedWith, files, owners } = draft;
  return {
    draft,
    comparedWith: comparedWith ?? null,
    isStale: basedOn !== null && comparedWith !== undefined && basedOn !== comparedWith,
    files: files.map(({ name, before: was, after: is }) => ({
      name,
      before: was ?? null,
      after: is ?? null,
    })),
    compiles: review.compiles,
    problems: review.problems.map(({ severity, fix, ...problem }) => ({
      ...problem,
      severity: severity === 'error' ? ProblemSeverity.ERROR : ProblemSeverity.WARNING,
      fix: fix ?? null,
    })),
    tests: review.tests.map(({ file, line, registry, name, failures }) => ({
      file,
      line,
      name: `${registry}: ${name}`,
      passed: failures.length === 0,
      message: failures.length === 0 ? null : failures.join('\n'),
    })),
    failingTests: failedTests(review),
    differences: review.changes.map(({ effect, sentence, role, derivedType, ...change }) => ({
      ...change,
      sentence: inLanguage(sentence, language),
      effect: effects[effect],
      role: role ?? null,
      derivedType: derivedType ?? null,
    })),
    omittedDifferences: review.omitted,
    operations: review.operations.flatMap(({ app, file, change, sentences }) => {
      const outcome = outcomes[change];
      if (!outcome) return [];
      const changes = sentences.map((sentence) => inLanguage(sentence, language));
      return [{ name: `${app}/${file}`, outcome, changes }];
    }),
    examples: review.examples.map(({ before, after, ...example }) => ({
      ...example,
      before: before ?? null,
      after: after ?? null,
    })),
    ownersNeeded: owners,
  };
}
