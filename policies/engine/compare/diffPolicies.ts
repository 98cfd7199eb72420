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

type Verb = 'gains' | 'loses' | 'sees more of' | 'sees less of' | 'sees otherwise';

/** What changes about one field for one requester. */
interface Difference {
  /** A coordinate, or `Type < coordinate` for what a derived type may use. */
  readonly key: string;
  readonly verb: Verb;
  readonly was: readonly Permission[];
  readonly is: readonly Permission[];
}

/** What changes about one field for a role and a purpose. */
export interface AccessDifference extends Difference {
  readonly role: string;
  readonly purpose: string;
  /** The day on which it begins; undefined: now. */
  readonly from: Day | undefined;
  /** The recipients and permits that it concerns; undefined: everybody with the role and the purpose. */
  readonly credentials: readonly Requester[] | undefined;
}

/** A difference, its first day, and the requesters that it concerns. */
interface Finding {
  readonly difference: Difference;
  readonly day: Day;
  readonly requesters: Requester[];
}

/**
 * Finds what changes for every role and purpose alone, from now on. It also compares the days on which a
 * grant or permit begins or ends, and reports a lasting change on its first day. It tries each recipient and
 * permit that either policy names.
 */
export function accessDifferences(
  before: Policy,
  after: Policy,
  now: Date = new Date(),
): readonly AccessDifference[] {
  const start = today(now);
  const turns = new Set([...before.changeDaysAfter(start), ...after.changeDaysAfter(start)]);
  const days = [start, ...[...turns].sort((a, b) => a - b)];
  return [...groupBy(requestersOf(before, after), subjectOf).values()].flatMap((requesters) => {
    const findings = new Map<string, Finding>();
    for (const requester of requesters) {
      let known = new Set<string>();
      for (const day of days) {
        const lines = diffRequester(before, after, requester, day).map(
          (difference) => [`${difference.key}${textOf(difference)}`, difference] as const,
        );
        for (const [line, difference] of lines) {
          if (known.has(line)) continue;
          const finding = findings.get(`${day} ${line}`) ?? { difference, day, requesters: [] };
          finding.requesters.push(requester);
          findings.set(`${day} ${line}`, finding);
        }
        known = new Set(lines.map(([line]) => line));
      }
    }
    const { roles, purpose } = requesters[0]!;
    return [...findings.values()].map(({ difference, day, requesters: concerned }) => ({
      ...difference,
      role: roles[0]!,
      purpose,
      from: day === start ? undefined : day,
      credentials: concerned.length === requesters.length ? undefined : concerned,
    }));
  });
}

/** Says what {@link accessDifferences} and {@link diffDisclosure} find. */
export function diffPolicies(before: Policy, after: Policy, now: Date = new Date()): PolicyDiff {
  const differences = accessDifferences(before, after, now);
  const others = groupBy(requestersOf(before, after), subjectOf);
  const beginning = ({ role, purpose, from, credentials }: AccessDifference) => {
    const all = others.get(`${role} ${purpose}`)!;
    const who = credentials
      ? ` ${[...new Set(credentials.map((one) => credentialsOf(one, all)))].join(' and ')}`
      : '';
    return `${from === undefined ? '' : `From ${formatDay(from)}: `}${role}${who}, for ${purpose},`;
  };
  const alike = groupBy(differences, (difference) => `${beginning(difference)}${textOf(difference)}`);
  const sentences = [...alike].map(([sentence, same]) =>
    sentence.replace('%', foldFields(same.map(({ key }) => describeKey(key)))),
  );
  const groups = diffDisclosure(before, after);
  const has = (...some: readonly Verb[]) => differences.some(({ verb }) => some.includes(verb));
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
    return [{ key, verb: verbOf(was, is, { widens, narrows }), was, is }];
  });
}

function verbOf(
  was: readonly Permission[],
  is: readonly Permission[],
  { widens, narrows }: { readonly widens: boolean; readonly narrows: boolean },
): Verb {
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
function textOf({ verb, was, is }: Difference): string {
  const [from, to] = [describeAccess(was), describeAccess(is)];
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

export interface DisclosureDiff {
  readonly parameter: DisclosureParameter;
  readonly from: number;
  readonly to: number;
  readonly sentence: string;
  readonly widens: boolean;
  readonly narrows: boolean;
}

export type DisclosureParameter =
  'minimum' | 'families' | 'familyShare' | 'largestNoise' | 'variance' | 'questions';

/** The parameters, and whether a higher or a lower value is stricter. */
const PARAMETERS: readonly {
  readonly id: DisclosureParameter;
  readonly name: string;
  readonly of: (parameters: DisclosureParameters) => number;
  readonly stricter: 'more' | 'less';
}[] = [
  { id: 'minimum', name: 'the minimum', of: ({ minimum }) => minimum, stricter: 'more' },
  { id: 'families', name: 'the least number of families', of: ({ families }) => families, stricter: 'more' },
  {
    id: 'familyShare',
    name: 'the largest share of a family',
    of: ({ familyShare }) => familyShare,
    stricter: 'less',
  },
  { id: 'largestNoise', name: 'the largest noise', of: ({ noise }) => noise.maximum, stricter: 'more' },
  { id: 'variance', name: 'the variance of noise', of: ({ noise }) => noise.variance, stricter: 'more' },
  { id: 'questions', name: 'questions a month', of: ({ questions }) => questions, stricter: 'less' },
];

/**
 * What changes in the protection of group numbers, for every purpose and registry that both policies know.
 */
export function diffDisclosure(
  before: Policy,
  after: Policy,
): readonly (DisclosureDiff & { readonly registry: string; readonly purpose: string })[] {
  const shared = [...after.model.registries.keys()].filter((name) => before.model.registries.has(name));
  return shared.flatMap((registry) =>
    [...after.purposes.keys()].flatMap((purpose) => {
      const [was, is] = [before.disclosure(purpose, [registry]), after.disclosure(purpose, [registry])];
      return compareDisclosure(was, is).map(({ sentence, ...change }) => ({
        ...change,
        registry,
        purpose,
        sentence: `Groups with data of ${registry}, for ${purpose}: ${sentence}.`,
      }));
    }),
  );
}

/** Each parameter that differs: what it was, and what it is. */
export function compareDisclosure(was: DisclosureParameters, is: DisclosureParameters): DisclosureDiff[] {
  return PARAMETERS.flatMap(({ id, name, of, stricter }): DisclosureDiff[] => {
    const [from, to] = [of(was), of(is)];
    if (from === to) return [];
    const narrows = stricter === 'more' ? to > from : to < from;
    return [
      { parameter: id, from, to, sentence: `${name} was ${from}, and is ${to}`, narrows, widens: !narrows },
    ];
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
