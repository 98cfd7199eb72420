import { formatDay } from '../../../lib/calendar.js';
import { describeCondition } from '../catalogue/conditions.js';
import { masks } from '../catalogue/masks.js';
import type { Blocker, Cause, Outcome } from '../decide/denials.js';
import type { Policy } from '../decide/policy.js';
import type { PolicyDecision } from '../decide/policyDecision.js';
import type { Permission } from '../decision.js';
import type { Grant } from '../policyModel.js';

export interface Question {
  /** `Type.field` or `Type.field(argument:)` */
  readonly coordinate: string;
  readonly roles: readonly string[];
  readonly purpose: string;
  readonly recipient?: string;
  readonly permit?: string;
  readonly at?: Date;
}

/** Tells, in sentences, which rule of which line decides on a field; for a derived one, whose refusal blocks it. */
export function explain(policy: Policy, { coordinate, at = new Date(), ...asker }: Question): string {
  const { roles, purpose } = asker;
  const decision = policy.decide(asker, at);
  const asked = `${coordinate} for ${roles.join(', ') || 'no role'}, purpose "${purpose}", revision ${policy.revision}`;
  const outcome = decision.outcome(coordinate);
  const lines = outcome.cause
    ? [`Denied. ${decision.refusal(coordinate).reason}`, ...causeLines(outcome.cause, policy)]
    : [
        'Shown:',
        ...outcome.permissions.flatMap((permission) => permissionLines(permission, policy)),
        ...withheldFeedLines(coordinate, decision, policy),
      ];
  return [asked, ...lines, ...takeLines(coordinate, decision, policy)].join('\n') + '\n';
}

function permissionLines({ mask, conditions: needed, grant }: Permission, policy: Policy): readonly string[] {
  const value =
    mask === undefined ? 'the value itself' : `under the mask "${mask}" (${masks[mask].description})`;
  const when = needed.map(describeCondition).join(' and ');
  return [`- ${value}${when ? `, if ${when}` : ''}`, ...grantLines(grant, policy)];
}

/** Where the grants stand; a field that a derived type takes may rest on two. */
function grantLines(ids: string, policy: Policy): readonly string[] {
  return ids.split(' + ').flatMap((id) => {
    const rule = policy.rule(id);
    if (!rule)
      return [
        `  needs no grant: ${id === 'schema/key' ? 'an id, or a part of a key' : 'the name of a type'}`,
      ];
    const basis = 'basis' in rule ? ` (${rule.basis.join(', ')})` : '';
    return [`  by grant ${id}, ${rule.place.file}:${rule.place.line}${basis}`];
  });
}

function causeLines(cause: Cause, policy: Policy): readonly string[] {
  switch (cause.kind) {
    case 'prohibited':
      return [
        `- ${cause.prohibition.id} stands in ${cause.prohibition.place.file}:${cause.prohibition.place.line}`,
      ];
    case 'not-granted':
      return cause.others.map((grant) => nearMiss(grant));
    case 'inputs':
      return cause.blockers.flatMap((blocker) => blockerLines(blocker, policy));
    case 'elsewhere':
      return causeLines(cause.cause, policy);
    default:
      return [];
  }
}

function nearMiss({ id, place, roles, recipients, needsPermit, from, until }: Grant): string {
  const time = [
    ...(from === undefined ? [] : [`from ${formatDay(from)}`]),
    ...(until === undefined ? [] : [`until ${formatDay(until)}`]),
  ].join(' ');
  const to = [
    [...roles].join(', '),
    ...(recipients ? [`at ${[...recipients].join(' or ')}`] : []),
    ...(needsPermit ? ['under a permit'] : []),
    ...(time ? [time] : []),
  ].join(', ');
  return `- grant ${id}, ${place.file}:${place.line}, gives it to ${to}`;
}

function blockerLines({ coordinate, type, cause }: Blocker, policy: Policy): readonly string[] {
  if (cause.kind === 'inputs') return cause.blockers.flatMap((blocker) => blockerLines(blocker, policy));
  const registry = policy.model.graph.fields.get(coordinate)?.subgraph ?? 'no registry';
  const what = type === undefined ? 'not shown' : `not released to ${type}`;
  return [
    `- ${coordinate} (${registry}) is ${what}: ${words[cause.kind]}`,
    ...indented(causeLines(cause, policy)),
  ];
}

/** The parts that a derived field must do without. */
function withheldFeedLines(coordinate: string, decision: PolicyDecision, policy: Policy): readonly string[] {
  const requires = policy.model.graph.fields.get(coordinate)?.requires ?? [];
  return requires.flatMap((feed) => {
    const blockers = decision.feedBlockers(feed);
    if (blockers.length === 0) return [];
    const lines = blockers.flatMap((blocker) => blockerLines(blocker, policy));
    return [`It must do without ${feed}:`, ...new Set(lines)];
  });
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

const words: Record<Exclude<Cause['kind'], 'inputs'>, string> = {
  'no-such-field': 'there is no such field in the graph',
  'no-such-purpose': 'there is no such purpose',
  'purpose-forbidden': 'the purpose is forbidden',
  'no-role': 'no role may be used for the purpose',
  permit: 'the permit opens nothing',
  'outside-permit': 'the permit does not cover it',
  internal: 'it is internal to the graph',
  unclassified: 'its owner has not classified it',
  prohibited: 'its owner prohibits it',
  'aggregate-only': 'the purpose may be given group results only',
  'quasi-identifier': 'it could tell who somebody is',
  'not-granted': 'no grant covers it',
  'clashing-masks': 'its grants contradict each other',
  elsewhere: 'it depends on another field',
};

/** What derived types may make of the field. */
function takeLines(coordinate: string, decision: PolicyDecision, policy: Policy): readonly string[] {
  return [...policy.model.derived].flatMap(([type, uses]) => {
    if (!uses.has(coordinate)) return [];
    const taken: Outcome = decision.takeOutcome(type, coordinate);
    if (taken.cause)
      return [`${type} may not take it: ${reasonOf(taken.cause)}.`, ...causeLines(taken.cause, policy)];
    return [
      `${type} may take it:`,
      ...taken.permissions.flatMap((permission) => permissionLines(permission, policy)),
    ];
  });
}

function reasonOf(cause: Cause): string {
  return cause.kind === 'inputs' ? 'it is made of withheld data' : words[cause.kind];
}
