import type { FetchNode } from '@apollo/query-planner';
import type { Fetch } from '../../supergraph/dataSource.js';
import { type DataObject, type DataPath, isDataObject } from '../dataObject.js';
import type { PlanRequest } from './planRun.js';
import { type Fault, fromThrown, registryFailed } from './subgraphError.js';

/** What a registry answered to one fetch: data, or an error at least. */
export interface FetchResponse {
  readonly data: DataObject | undefined;
  /** The path lies in the registry's response; without one, the whole fetch has failed. */
  readonly errors: readonly { readonly path: DataPath | undefined; readonly error: Fault }[];
}

/** Asks a registry; one that cannot be asked answers with one error without a path. */
export async function sendFetch(
  node: FetchNode,
  fetch: Fetch,
  { supergraph, context: asked, disclosure, readError }: PlanRequest,
): Promise<FetchResponse> {
  asked.signal?.throwIfAborted();
  const { serviceName } = node;
  disclosure.sent.add(node);
  const context = { ...asked, onSend: () => disclosure.asked(serviceName) };
  try {
    const { data, errors } = await supergraph.dataSources.get(serviceName)!.fetch(fetch, context);
    const faults = (errors ?? []).map((error) => ({
      path: isPath(error.path) ? error.path : undefined,
      error: readError(error, serviceName),
    }));
    if (isDataObject(data)) return { data, errors: faults };
    return failed(faults.length > 0 ? faults : [{ path: undefined, error: registryFailed(serviceName) }]);
  } catch (cause) {
    context.signal?.throwIfAborted();
    return failed([{ path: undefined, error: fromThrown(cause, serviceName) }]);
  }
}

function failed(errors: FetchResponse['errors']): FetchResponse {
  return { data: undefined, errors };
}

function isPath(path: unknown): path is DataPath {
  return Array.isArray(path) && path.every((key) => typeof key === 'string' || typeof key === 'number');
}
