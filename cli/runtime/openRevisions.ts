import { existsSync } from 'node:fs';
import { type GraphQLSchema, printSchema } from 'graphql';
import { loadOwners } from '../../approvals/owners.js';
import { compileApart } from '../../approvals/policy-revisions/compileApart.js';
import { RevisionService } from '../../approvals/policy-revisions/revisionService.js';
import { RevisionStore } from '../../approvals/policy-revisions/revisionStore.js';
import { failingTests, PolicyDrafts } from '../../gateway/policy-review/policyDrafts.js';
import { ReviewThread } from '../../gateway/policy-review/reviewThread.js';
import type { ReviewWorkerData } from '../../gateway/policy-review/reviewWorker.js';
import type { SecurityEvents } from '../../schema/securityEvents.js';
import { policiesFolder } from '../options.js';
import { committedApi, loadOperations } from './loadOperations.js';
import { committedGraph, loadPolicies, loadTests, ownersFile, storeFolder } from './openPolicy.js';

/**
 * Reviews changes of policies of the joined registries; `close` ends its thread.
 * @param apiSchema what clients could ask for; by default it is composed, which takes seconds
 */
export function openReviewThread(
  apiSchema: () => GraphQLSchema | Promise<GraphQLSchema> = committedApi,
): ReviewThread {
  let data: ReviewWorkerData | undefined;
  return new ReviewThread(async () => {
    data ??= { graph: await committedGraph(), api: printSchema(await apiSchema()) };
    return data;
  });
}

/** The tests that come with this installation. */
export function shippedTests(): ReturnType<typeof loadTests> {
  return loadTests(policiesFolder);
}

/** The service with which people on this machine sign revisions. */
export async function openRevisionService(options: {
  readonly data: string;
  readonly store?: string | undefined;
  readonly owners?: string | undefined;
  readonly events?: SecurityEvents | undefined;
  readonly thread?: ReviewThread;
}): Promise<RevisionService> {
  const { thread = openReviewThread() } = options;
  return new RevisionService({
    store: new RevisionStore(options.store ?? storeFolder(options.data)),
    owners: () => loadOwners(ownersFile(options)),
    check: compileApart(await committedGraph()),
    failingTests: failingTests({ thread, tests: shippedTests }),
    events: options.events,
  });
}

/** What drafts and revisions would change. */
export function openPolicyDrafts(options: {
  /** undefined with `--dev`. */
  readonly revisionService: RevisionService | undefined;
  /** The policies of `--dev`. */
  readonly policies: string;
  /** The stored operations of apps; a folder that does not exist has none. */
  readonly operations: string;
  readonly thread: ReviewThread;
}): PolicyDrafts {
  const { revisionService, policies, operations, thread } = options;
  return new PolicyDrafts({
    revisionService,
    folder: () => loadPolicies(policies),
    tests: () => (revisionService ? shippedTests() : loadTests(policies)),
    operations: async () => (existsSync(operations) ? loadOperations(operations) : []),
    thread,
  });
}
