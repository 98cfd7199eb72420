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
import { applyMask, type Maskable, type MaskTables } from '../../policies/engine/catalogue/masks.js';
import type { Decision, MaskName, Permission } from '../../policies/engine/decision.js';
import type { GraphField, PolicyGraph } from '../../policies/engine/parse/policyGraph.js';
import { Feed } from '../../schema/feed.js';
import { CodedValue } from '../codes/codedValue.js';
import type { GroupAnswers } from '../criteria/criterion.js';
import { PersonStub } from '../subgraph/entityStubs.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import { type About, aboutOf } from './dataSubject.js';
import type { FeedRows } from './feedRows.js';
import {
  type FeatureAnswers,
  guardFeatures,
  guardHouseholds,
  type HouseholdAnswers,
} from './guardFeatures.js';
import { FeedDeclaration, guardFeed } from './guardFeed.js';
import { guardGroup } from './guardGroup.js';
import type { RequestAccess } from './requestAccess.js';

/** The answer of a feed's resolver, before enforcement makes a Feed of it. */
type FeedAnswer = FeedRows | GroupAnswers | HouseholdAnswers | FeatureAnswers | Feed;
type Resolver = GraphQLFieldResolver<unknown, RequestContext, Record<string, unknown>>;

/**
 * The single enforcement point of a registry. It wraps the resolver of every field and feed in the schema, so
 * that none can be forgotten. A field returns only masked values that its owner shows for this purpose and
 * this data subject. A feed returns only what its derived type may use. A field that the policy does not know
 * returns null. Rows of erased or restricted persons never contribute to an answer.
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
  // Entities are found by keys from the gateway. Each field that is then read of them is guarded.
  if (name === '_entities') return resolve;
  switch (field?.kind) {
    case 'key':
      return resolve;
    case 'feed':
      return queued(field, guardedFeed(field, resolve));
    case 'governed':
      return queued(
        field,
        guardedField(field, resolve, own !== undefined && isListType(getNullableType(type))),
      );
    default:
      return () => null;
  }
}

function queued({ type }: GraphField, resolve: Resolver): Resolver {
  if (!isOfGroup(type)) return resolve;
  return (source, args, context, info) =>
    groupWork(context, () => resolve(source, args, context, info) as unknown);
}

function guardedFeed(field: GraphField, resolve: Resolver): Resolver {
  const { lineage } = field;
  if (!lineage) return () => Feed.withheld;
  const declared = new FeedDeclaration(field.type, lineage);
  return async (source, args, context, info) => {
    if (declared.permissionsUnder(context.access.decision).isWithheld) return Feed.withheld;
    const answer = (await resolve(source, args, context, info)) as FeedAnswer | null;
    if (answer === null) return null;
    // A finished feed from the resolver is not about persons, or it replaces a required feed that did not
    // arrive.
    if (answer instanceof Feed)
      return answer.state === 'data' && declared.required > 0 ? Feed.failed : answer;
    if ('evaluations' in answer) return guardGroup(answer, field.type, context.access);
    if ('households' in answer) return guardHouseholds(answer, declared, context.access);
    if ('features' in answer) return guardFeatures(answer, declared, context.access);
    return guardFeed(answer, declared, context.access);
  };
}

/** What a decision shows of a field, before its data subject is known. */
interface Shown {
  readonly permissions: readonly Permission[];
  /** Whether the field could reveal where a person under non-disclosure is. */
  readonly shields: boolean;
}

/** @param isRead whether the field is a list that its resolver reads, not a list that its object contains */
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
  const show = (item: unknown, source: unknown, access: RequestAccess): unknown => {
    if (item == null) return null;
    const about = aboutOf(item, source);
    if (!isStub(item, about) && access.hides(about.subject)) return null;
    const { permissions, shields } = shownBy(access.decision);
    const permission = access.permit(permissions, about);
    if (!permission || (shields && access.isUnderShield(about.subject))) return null;
    return permission.mask ? masked(permission.mask, item, access.maskTables) : item;
  };
  // Hidden items are removed from lists, because null would reveal that they exist.
  const showAll = (value: unknown, source: unknown, { access, budget }: RequestContext): unknown => {
    if (!Array.isArray(value)) return show(value, source, access);
    // Once the budget is exhausted, reading stops and the whole answer is rejected.
    if (!budget.spend(value.length)) return null;
    return value.map((item) => show(item, source, access)).filter((item) => item !== null);
  };
  const mayOpenList = (source: unknown, access: RequestAccess): boolean => {
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
    // Rows that no permission can open are not read, because the time to read them would reveal how many
    // there are.
    if (isRead && !mayOpenList(source, context.access)) return [];
    // A read is charged before it begins, because aliases can start many reads that all wait in memory.
    if (isRead && !context.budget.spend(1)) return null;
    const value = resolve(source, args, context, info);
    return value instanceof Promise
      ? value.then((result) => showAll(result, source, context))
      : showAll(value, source, context);
  };
}

/** A masked value or coding; null if nothing of it may be shown. */
function masked(mask: MaskName, item: unknown, tables: MaskTables): unknown {
  if (!(item instanceof CodedValue)) return applyMask(mask, item as Maskable, tables) ?? null;
  const code = applyMask(mask, item.code, tables);
  return code === undefined ? null : item.masked(String(code), mask);
}

/**
 * A person stub is not a row of the registry. It only repeats the requested id, which other registries also
 * know.
 */
function isStub(item: unknown, { record }: About): boolean {
  return item instanceof PersonStub && record === undefined;
}

function argumentName(coordinate: string): string {
  return coordinate.slice(coordinate.indexOf('(') + 1, -2);
}

/** Derived types about groups. Their fields and feeds read the data of everybody. */
const groupTypes: ReadonlySet<string> = new Set(['Cohort', 'CohortMembers', 'CohortRisk']);

/** The queue length per caller. It is larger than the number of fields and feeds in one operation. */
const WAITING = 2_000;

const queue = new FairQueue({ atOnce: 1, perCaller: 1, waiting: WAITING });

function isOfGroup(type: string): boolean {
  return groupTypes.has(type);
}

/**
 * Queues work about a group. The process does one such task at a time and serves callers in turn. The task
 * itself pauses for other requests (lib/cooperativeScheduler.ts).
 * @throws PolkuError RATE_LIMITED; the client's reason if it has disconnected
 */
function groupWork<T>(
  { decision, client }: Pick<RequestContext, 'decision' | 'client'>,
  work: () => T | Promise<T>,
): Promise<T> {
  return queue.run(decision.caller.subject, work, client);
}
