import { type Day, formatDay, today } from '../../../schema/calendar.js';
import type { Permission } from '../decision.js';
import type { Asker } from '../decide/decisionRequest.js';
import type { Policy } from '../decide/policy.js';
import { groupBy } from '../parse/groupBy.js';
import { accessAt } from './accessAt.js';
import { compareAccess, describeAccess } from './compareAccess.js';
import { diffDisclosure } from './diffDisclosure.js';

export interface PolicyDiff {
  /** What each role and purpose gains and loses, and how the protection of groups changes. */
  readonly sentences: readonly string[];
  /** Whether somebody is given something that they were not given before. */
  readonly widens: boolean;
  readonly narrows: boolean;
}

interface Difference {
  readonly what: string;
  readonly verb: 'gains' | 'loses' | 'sees more of' | 'sees less of' | 'sees otherwise';
  readonly from: string;
  readonly to: string;
}

/** A difference, the day from which it holds, and for whom of those who act in a role for a purpose. */
interface Finding {
  readonly difference: Difference;
  readonly day: Day;
  readonly credentials: Set<string>;
}

/**
 * What changes for every role and purpose, taken alone, from now on: days on which a grant or permit begins or ends are
 * looked at, too, and what goes on is told on its first day. Recipients and permits are tried one by one wherever either
 * policy names them.
 */
export function diffPolicies(before: Policy, after: Policy, now: Date = new Date()): PolicyDiff {
  const start = today(now);
  const turns = new Set([...before.turnsFrom(start), ...after.turnsFrom(start)]);
  const days = [start, ...[...turns].sort((a, b) => a - b)];
  const sentences: string[] = [];
  const verbs = new Set<Difference['verb']>();
  for (const [subject, askers] of groupBy(askersOf(before, after), subjectOf)) {
    const findings = new Map<string, Finding>();
    for (const asker of askers) {
      let known = new Set<string>();
      for (const day of days) {
        const differences = diffAsker(before, after, asker, day);
        for (const difference of differences) {
          verbs.add(difference.verb);
          const line = `${difference.what}${textOf(difference)}`;
          if (known.has(line)) continue;
          const finding = findings.get(`${day} ${line}`) ?? { difference, day, credentials: new Set() };
          finding.credentials.add(credentialsOf(asker, askers));
          findings.set(`${day} ${line}`, finding);
        }
        known = new Set(differences.map((difference) => `${difference.what}${textOf(difference)}`));
      }
    }
    const when = (day: Day) => (day === start ? '' : `From ${formatDay(day)}: `);
    const who = ({ credentials }: Finding) =>
      credentials.size === askers.length ? '' : ` ${[...credentials].join(' and ')}`;
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

/** Everybody whom either policy knows, without and with each recipient and permit. */
function askersOf(before: Policy, after: Policy): Asker[] {
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
    const asker = { roles: [role], purpose };
    const held = new Map(
      permits.filter((permit) => permit.purpose === purpose).map((permit) => [permit.number, permit]),
    );
    return [
      asker,
      ...[...recipients].map((recipient) => ({ ...asker, recipient })),
      ...[...held.values()].map(({ number, recipient }) => ({ ...asker, recipient, permit: number })),
    ];
  });
}

function subjectOf({ roles, purpose }: Asker): string {
  return `${roles[0]} ${purpose}`;
}

function credentialsOf({ recipient, permit }: Asker, all: readonly Asker[]): string {
  if (permit !== undefined) return `under the permit ${permit}`;
  if (recipient !== undefined) return `at ${recipient}`;
  const others = all.some((other) => other.recipient !== undefined && other.permit === undefined);
  return others ? 'at any other organisation' : 'without a permit';
}

function diffAsker(before: Policy, after: Policy, asker: Asker, day: Day): Difference[] {
  const [old, young] = [accessAt(before, asker, day), accessAt(after, asker, day)];
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

/** `Type.a`, `Type.b` as `Type.{a,b}`; arguments go with their fields. */
function foldFields(names: readonly string[]): string {
  const told = names.filter((name) => !name.includes('(') || !names.includes(name.split('(')[0]!));
  const folded = groupBy(
    told,
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
