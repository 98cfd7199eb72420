import { type Day, formatDay, today } from '../../../lib/calendar.js';
import { groupBy } from '../../../lib/groupBy.js';
import { describeCondition } from '../catalogue/conditions.js';
import { isAtLeastAsFine } from '../catalogue/masks.js';
import type { Requester } from '../decide/decisionRequest.js';
import type { Policy } from '../decide/policy.js';
import type { Condition, Permission } from '../decision.js';
import type { DisclosureParameters } from '../disclosureParameters.js';

interface PolicyDiff {
  /** What each role and purpose gains and loses, and how the protection of group numbers changes. */
  readonly sentences: readonly string[];
  /** Whether anybody may see something that they could not see before. */
  readonly widens: boolean;
  readonly narrows: boolean;
}

interface Difference {
  readonly what: string;
  readonly verb: 'gains' | 'loses' | 'sees more of' | 'sees less of' | 'sees otherwise';
  readonly from: string;
  readonly to: string;
}

/** A difference, its first day, and the credentials (recipient or permit) with which it applies. */
interface Finding {
  readonly difference: Difference;
  readonly day: Day;
  readonly credentials: Set<string>;
}

/**
 * Finds what changes for every role and purpose alone, from now on. It also compares the days on which a
 * grant or permit begins or ends, and reports a lasting change on its first day. It tries each recipient and
 * permit that either policy names.
 */
export function diffPolicies(before: Policy, after: Policy, now: Date = new Date()): PolicyDiff {
  const start = today(now);
  const turns = new Set([...before.changeDaysAfter(start), ...after.changeDaysAfter(start)]);
  const days = [start, ...[...turns].sort((a, b) => a - b)];
  const sentences: string[] = [];
  const verbs = new Set<Difference['verb']>();
  for (const [subject, requesters] of groupBy(requestersOf(before, after), subjectOf)) {
    const findings = new Map<string, Finding>();
    for (const requester of requesters) {
      let known = new Set<string>();
      for (const day of days) {
        const differences = diffRequester(before, after, requester, day);
        for (const difference of differences) {
          verbs.add(difference.verb);
          const line = `${difference.what}${textOf(difference)}`;
          if (known.has(line)) continue;
          const finding = findings.get(`${day} ${line}`) ?? { difference, day, credentials: new Set() };
          finding.credentials.add(credentialsOf(requester, requesters));
          findings.set(`${day} ${line}`, finding);
        }
        known = new Set(differences.map((difference) => `${difference.what}${textOf(difference)}`));
      }
    }
    const when = (day: Day) => (day === start ? '' : `From ${formatDay(day)}: `);
    const who = ({ credentials }: Finding) =>
      credentials.size === requesters.length ? '' : ` ${[...credentials].join(' and ')}`;
    const [role, purpose] = subject.split(' ');
    const beginning = (finding: Finding) => `${when(finding.day)}${role}${who(finding)}, for ${purpose},`;
    const alike = groupBy(
      findings.values(),
      (finding) => `${beginning(finding)}${textOf(finding.difference)}`,
    );
    for (const [sentence, same] of alike)
      sentences.push(sentence.replace('%', foldFields(same.map(({ difference }) => difference.what))));
  }
  const groups = diffDisclosure(before, after);
  const has = (...some: readonly Difference['verb'][]) => some.some((verb) => verbs.has(verb));
  return {
    sentences: [...sentences, ...groups.map(({ sentence }) => sentence)],
    widens: has('gains', 'sees more of', 'sees otherwise') || groups.some(({ widens }) => widens),
    narrows: has('loses', 'sees less of', 'sees otherwise') || groups.some(({ narrows }) => narrows),
  };
}

/** All requesters that either policy knows, without and with each recipient and permit. */
function requestersOf(before: Policy, after: Policy): Requester[] {
  const both = [before, after];
  const pairs = both.flatMap(({ roles }) =>
    [...roles.values()].flatMap(({ id, purposes }) => [...purposes].map((purpose) => `${id} ${purpose}`)),
  );
  const grants = both.flatMap(({ model }) =>
    [...model.registries.values()].flatMap((registry) => registry.grants),
  );
  const recipients = new Set(grants.flatMap((grant) => [...(grant.recipients ?? [])]));
  const permits = both.flatMap(({ model }) => [...model.permits.values()]);
  return [...new Set(pairs)].flatMap((pair) => {
    const [role = '', purpose = ''] = pair.split(' ');
    const requester = { roles: [role], purpose };
    const matching = new Map(
      permits.filter((permit) => permit.purpose === purpose).map((permit) => [permit.number, permit]),
    );
    return [
      requester,
      ...[...recipients].map((recipient) => ({ ...requester, recipient })),
      ...[...matching.values()].map(({ number, recipient }) => ({ ...requester, recipient, permit: number })),
    ];
  });
}

function subjectOf({ roles, purpose }: Requester): string {
  return `${roles[0]} ${purpose}`;
}

function credentialsOf({ recipient, permit }: Requester, all: readonly Requester[]): string {
  if (permit !== undefined) return `under the permit ${permit}`;
  if (recipient !== undefined) return `at ${recipient}`;
  const others = all.some((other) => other.recipient !== undefined && other.permit === undefined);
  return others ? 'at any other organisation' : 'without a permit';
}

function diffRequester(before: Policy, after: Policy, requester: Requester, day: Day): Difference[] {
  const [old, young] = [accessAt(before, requester, day), accessAt(after, requester, day)];
  const keys = [...new Set([...old.keys(), ...young.keys()])];
  return keys.flatMap((key): Difference[] => {
    const [was, is] = [old.get(key) ?? [], young.get(key) ?? []];
    const { widens, narrows } = compareAccess(was, is);
    if (!widens && !narrows) return [];
    return [
      {
        what: describeKey(key),
        verb: verbOf(was, is, { widens, narrows }),
        from: describeAccess(was),
        to: describeAccess(is),
      },
    ];
  });
}

function verbOf(
  was: readonly Permission[],
  is: readonly Permission[],
  { widens, narrows }: { readonly widens: boolean; readonly narrows: boolean },
): Difference['verb'] {
  if (was.length === 0) return 'gains';
  if (is.length === 0) return 'loses';
  if (widens && narrows) return 'sees otherwise';
  return widens ? 'sees more of' : 'sees less of';
}

/** Writes `Type.a`, `Type.b` as `Type.{a,b}`. Arguments of a listed field are left out. */
function foldFields(names: readonly string[]): string {
  const listed = names.filter((name) => !name.includes('(') || !names.includes(name.split('(')[0]!));
  const folded = groupBy(
    listed,
    (name) => `${name.split('.')[0]}${name.includes('(') ? name : ''}${name.split(' ').slice(1).join(' ')}`,
  );
  return [...folded.values()]
    .map(([first = '', ...others]) => {
      if (others.length === 0) return first;
      const fields = [first, ...others].map((name) => name.split('.')[1]!.split(' ')[0]);
      const [head = '', ...rest] = first.split(' ');
      return [`${head.split('.')[0]}.{${fields.join(',')}}`, ...rest].join(' ');
    })
    .join(', ');
}

function describeKey(key: string): string {
  const [type, input] = key.split(' < ');
  return input === undefined ? key : `${input} for ${type}`;
}

/** `%` stands for the fields. */
function textOf({ verb, from, to }: Difference): string {
  switch (verb) {
    case 'gains':
      return ` gains %: ${to}.`;
    case 'loses':
      return ` loses %: it was ${from}.`;
    default:
      return ` ${verb} %: it was ${from}, and is ${to}.`;
  }
}

const MILLISECONDS_A_DAY = 86_400_000;

/**
 * Everything that one requester may see, or derived types may use, on one day. Keys: coordinate, or `Type <
 * coordinate`.
 */
type AccessAt = ReadonlyMap<string, readonly Permission[]>;

/** @param day decisions do not change within a day */
function accessAt(policy: Policy, requester: Requester, day: Day): AccessAt {
  const decision = policy.decide(requester, new Date(day * MILLISECONDS_A_DAY + MILLISECONDS_A_DAY / 2));
  const access = new Map<string, readonly Permission[]>();
  for (const { coordinate } of policy.coordinates()) access.set(coordinate, decision.show(coordinate));
  for (const [type, uses] of policy.model.derived)
    for (const input of uses.keys()) access.set(`${type} < ${input}`, decision.derive(type, input));
  return access;
}

interface DisclosureDiff {
  readonly sentence: string;
  readonly widens: boolean;
  readonly narrows: boolean;
}

/** The parameters, and whether a higher or a lower value is stricter. */
const PARAMETERS: readonly {
  readonly name: string;
  readonly of: (parameters: DisclosureParameters) => number;
  readonly stricter: 'more' | 'less';
}[] = [
  { name: 'the minimum', of: ({ minimum }) => minimum, stricter: 'more' },
  { name: 'the least number of families', of: ({ families }) => families, stricter: 'more' },
  { name: 'the largest share of a family', of: ({ familyShare }) => familyShare, stricter: 'less' },
  { name: 'the largest noise', of: ({ noise }) => noise.maximum, stricter: 'more' },
  { name: 'the variance of noise', of: ({ noise }) => noise.variance, stricter: 'more' },
  { name: 'questions a month', of: ({ questions }) => questions, stricter: 'less' },
];

/**
 * What changes in the protection of group numbers, for every purpose and registry that both policies know.
 */
function diffDisclosure(before: Policy, after: Policy): DisclosureDiff[] {
  const shared = [...after.model.registries.keys()].filter((name) => before.model.registries.has(name));
  return shared.flatMap((registry) =>
    [...after.purposes.keys()].flatMap((purpose) => {
      const [was, is] = [before.disclosure(purpose, [registry]), after.disclosure(purpose, [registry])];
      return compareDisclosure(was, is).map(({ sentence, ...change }) => ({
        ...change,
        sentence: `Groups with data of ${registry}, for ${purpose}: ${sentence}.`,
      }));
    }),
  );
}

/** Each parameter that differs: what it was, and what it is. */
export function compareDisclosure(was: DisclosureParameters, is: DisclosureParameters): DisclosureDiff[] {
  return PARAMETERS.flatMap(({ name, of, stricter }): DisclosureDiff[] => {
    const [from, to] = [of(was), of(is)];
    if (from === to) return [];
    const narrows = stricter === 'more' ? to > from : to < from;
    return [{ sentence: `${name} was ${from}, and is ${to}`, narrows, widens: !narrows }];
  });
}

/** Whether a change shows more of a field about some people, less about some, or both. */
interface AccessChange {
  readonly widens: boolean;
  readonly narrows: boolean;
}

/**
 * Compares the effect of two lists of permissions for every combination of true conditions. Lists that are
 * written differently but have the same effect are equal.
 */
export function compareAccess(before: readonly Permission[], after: readonly Permission[]): AccessChange {
  const conditions = [...new Set([...before, ...after].flatMap((permission) => permission.conditions))];
  let [widens, narrows] = [false, false];
  for (let subset = 0; subset < 2 ** conditions.length; subset++) {
    const holding = conditions.filter((_, index) => (subset >>> index) % 2 === 1);
    const [old, young] = [firstOf(before, holding), firstOf(after, holding)];
    widens ||= showsMore(young, old);
    narrows ||= showsMore(old, young);
  }
  return { widens, narrows };
}

function firstOf(permissions: readonly Permission[], holding: readonly Condition[]): Permission | undefined {
  return permissions.find(({ conditions }) => conditions.every((condition) => holding.includes(condition)));
}

/** If two masks cannot be compared, each shows something that the other does not. */
function showsMore(first: Permission | undefined, second: Permission | undefined): boolean {
  if (!first || !second) return first !== undefined;
  return !isAtLeastAsFine(second.mask, first.mask);
}

/** The ways in which something may be shown, in words that follow "it was". */
export function describeAccess(permissions: readonly Permission[]): string {
  const ways = permissions.map(({ mask, conditions }) => {
    const value = mask === undefined ? 'the value itself' : `masked to ${mask}`;
    const when = conditions.map((condition) => describeCondition(condition).en).join(' and ');
    return when === '' ? value : `${value} if ${when}`;
  });
  return ways.join(', else ') || 'withheld';
}
