import {
  defaultFieldResolver,
  getNullableType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isListType,
  isObjectType,
} from 'graphql';
import { FairQueue } from '../../lib/fairQueue.js';
import { applyMask, type Maskable } from '../../policies/engine/catalogue/masks.js';
import type { Decision, Permission } from '../../policies/engine/decision.js';
import type { GraphField, PolicyGraph } from '../../policies/engine/parse/policyGraph.js';
import { Feed } from '../../schema/feed.js';
import type { GroupAnswers } from '../criteria/criterion.js';
import { PersonStub } from '../subgraph/entityStubs.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import type { Access } from './access.js';
import { type About, aboutOf } from './dataSubject.js';
import type { FeedRows } from './feedRows.js';
import { type FactorAnswers, guardFactors, guardHouseholds, type HouseholdAnswers } from './guardFactors.js';
import { FeedDeclaration, guardFeed } from './guardFeed.js';
import { guardGroup } from './guardGroup.js';

/** What a feed's resolver answers, before enforcement has made a Feed of it. */
type FeedAnswer = FeedRows | GroupAnswers | HouseholdAnswers | FactorAnswers | Feed;
type Resolver = GraphQLFieldResolver<unknown, RequestContext, Record<string, unknown>>;

/**
 * The registry's one choke point: wraps the resolver of every field and feed of a subgraph, built from the schema, so
 * that none can be forgotten. A field answers only what its owner shows to this purpose and of this data subject, masked
 * before it leaves; a feed only what its derived type may take. A field that policy does not know answers nothing, and of
 * people who are erased or restricted nothing is told that comes from a row.
 */
export function enforce(schema: GraphQLSchema, graph: PolicyGraph): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const known = graph.fields.get(`${type.name}.${field.name}`);
      field.resolve = guard(known, field);
    }
  }
}

function guard(
  field: GraphField | undefined,
  { name, type, resolve: own }: GraphQLField<unknown, RequestContext>,
): Resolver {
  const resolve: Resolver = own ?? defaultFieldResolver;
  // Entities are found by keys that the gateway holds; whatever is read of them then is guarded field by field.
  if (name === '_entities') return resolve;
  switch (field?.kind) {
    case 'key':
      return resolve;
    case 'feed':
      return inTurn(field, guardedFeed(field, resolve));
    case 'governed':
      return inTurn(
        field,
        guardedField(field, resolve, own !== undefined && isListType(getNullableType(type))),
      );
    default:
      return () => null;
  }
}

function inTurn({ type }: GraphField, resolve: Resolver): Resolver {
  if (!isOfGroup(type)) return resolve;
  return (source, args, context, info) =>
    groupWork(context, () => resolve(source, args, context, info) as unknown);
}

function guardedFeed(field: GraphField, resolve: Resolver): Resolver {
  const { lineage } = field;
  if (!lineage) return () => Feed.withheld;
  const declared = new FeedDeclaration(field.type, lineage);
  return async (source, args, context, info) => {
    if (declared.takenBy(context.access.decision).isWithheld) return Feed.withheld;
    const answer = (await resolve(source, args, context, info)) as FeedAnswer | null;
    if (answer === null) return null;
    // A feed that its resolver made whole is of no person, or stands for one that did not come.
    if (answer instanceof Feed)
      return answer.state === 'data' && declared.required > 0 ? Feed.failed : answer;
    if ('leaves' in answer) return guardGroup(answer, field.type, context.access);
    if ('households' in answer) return guardHouseholds(answer, declared, context.access);
    if ('numbers' in answer) return guardFactors(answer, declared, context.access);
    return guardFeed(answer, declared, context.access);
  };
}

/** What a decision shows of a field, before anything is known of whom it is about. */
interface Shown {
  readonly permissions: readonly Permission[];
  /** Whether the field tells where somebody under non-disclosure may be found. */
  readonly shields: boolean;
}

/** @param isRead whether the field is a list that its resolver reads, rather than one that its object holds */
function guardedField(field: GraphField, resolve: Resolver, isRead: boolean): Resolver {
  const tests = field.arguments.flatMap(({ coordinate, tests }) =>
    tests === undefined ? [] : [{ name: argumentName(coordinate), coordinate: tests }],
  );
  const known = new WeakMap<Decision, Shown>();
  const shownBy = (decision: Decision): Shown => {
    let shown = known.get(decision);
    if (!shown) {
      shown = { permissions: decision.show(field.coordinate), shields: decision.shields(field.coordinate) };
      known.set(decision, shown);
    }
    return shown;
  };
  const show = (item: unknown, source: unknown, access: Access): unknown => {
    if (item == null) return null;
    const about = aboutOf(item, source);
    if (!isStub(item, about) && access.hides(about.subject)) return null;
    const { permissions, shields } = shownBy(access.decision);
    const permission = access.permit(permissions, about);
    if (!permission || (shields && access.isUnderShield(about.subject))) return null;
    return permission.mask ? (applyMask(permission.mask, item as Maskable, access.maskTables) ?? null) : item;
  };
  // Of a list, what is not shown is left out: a null would tell that there is something.
  const showAll = (value: unknown, source: unknown, { access, budget }: RequestContext): unknown => {
    if (!Array.isArray(value)) return show(value, source, access);
    // Nothing more is gathered when the budget is used up; the answer is refused as a whole then.
    if (!budget.spend(value.length)) return null;
    return value.map((item) => show(item, source, access)).filter((item) => item !== null);
  };
  const mayOpenList = (source: unknown, access: Access): boolean => {
    const { subject } = aboutOf(undefined, source);
    const { permissions, shields } = shownBy(access.decision);
    if (subject === undefined) return true;
    return access.mayOpen(permissions, subject) && !(shields && access.isUnderShield(subject));
  };
  return (source, args, context, info) => {
    const { decision } = context.access;
    if (shownBy(decision).permissions.length === 0) return null;
    for (const { name, coordinate } of tests)
      if (args[name] != null && decision.show(coordinate).length === 0) return null;
    // What no permission can open of a person is not read: the time to read it would tell how much there is.
    if (isRead && !mayOpenList(source, context.access)) return [];
    // A read counts before it begins: aliases of one list ask for many at once, and all of them wait in memory.
    if (isRead && !context.budget.spend(1)) return null;
    const value = resolve(source, args, context, info);
    return value instanceof Promise
      ? value.then((come) => showAll(come, source, context))
      : showAll(value, source, context);
  };
}

/** A person as such is no row of a registry, but the id that was asked with: other registries know of them, too. */
function isStub(item: unknown, { record }: About): boolean {
  return item instanceof PersonStub && record === undefined;
}

function argumentName(coordinate: string): string {
  return coordinate.slice(coordinate.indexOf('(') + 1, -2);
}

/** Derived types that are about a group: for their fields and feeds everybody is looked at. */
const groupTypes: ReadonlySet<string> = new Set(['Cohort', 'CohortMembers', 'CohortRisk']);

/** More than the fields of an operation, feeds included. */
const WAITING = 2_000;

const queue = new FairQueue({ atOnce: 1, perCaller: 1, waiting: WAITING });

function isOfGroup(type: string): boolean {
  return groupTypes.has(type);
}

/**
 * Does work about a group when its caller's turn comes: of all that this process does for groups one thing at a time, and
 * callers take turns. The work itself goes on in turns with everything else (lib/cooperativeScheduler.ts).
 * @throws PolkuError RATE_LIMITED; the client's reason where it has gone
 */
function groupWork<T>(
  { decision, client }: Pick<RequestContext, 'decision' | 'client'>,
  work: () => T | Promise<T>,
): Promise<T> {
  return queue.run(decision.caller.subject, work, client);
}
