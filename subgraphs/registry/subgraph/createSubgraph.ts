import { buildPolicyGraph } from '../../../policies/engine/parse/buildPolicyGraph.js';
import type { Asker } from '../../../policies/engine/decide/decisionRequest.js';
import type { Decision } from '../../../policies/engine/decision.js';
import { buildFederatedSchema } from '../../../schema/buildFederatedSchema.js';
import type { Subgraph } from '../../../schema/subgraph.js';
import type { DecisionContext } from '../../../schema/tokens/decisionContext.js';
import { bodyHash, type Disclosure } from '../disclosure/disclosureLog.js';
import { Access, type ConditionTests } from '../enforcement/access.js';
import { enforce } from '../enforcement/enforce.js';
import { readMaskTables } from '../enforcement/maskTables.js';
import { documentExecutor } from './documentExecutor.js';
import { type MergedPersons, ofCurrentPerson, referencesToCurrentPersons } from './mergedPersons.js';
import type { RequestContext } from './requestContext.js';
import type { SubgraphModule } from './subgraphModule.js';

/**
 * Decides by the policy that the subgraph itself holds, whatever the gateway thinks.
 * @param revision the one by which the gateway decides the request: the subgraph answers under it, if it holds it
 */
export type Decide = (asker: Asker, revision: string) => Decision;

/** What a subgraph reads while it answers one request, and the conditions that it can evaluate for the caller. */
export interface Sources<Store> {
  readonly store: Store;
  readonly conditions: ConditionTests;
}

export interface SubgraphOptions<Store> {
  readonly name: string;
  readonly module: SubgraphModule;
  readonly decide: Decide;
  readonly open: (decision: DecisionContext) => Sources<Store>;
  /** Keys that turned out to be another's person, as they are known when a request begins; none where they are not known. */
  readonly mergedPersons?: (() => MergedPersons) | undefined;
  /** By which a registry notes what it answers, before it does; a subgraph without register data notes nothing. */
  readonly note?: ((disclosure: Disclosure) => Promise<void>) | undefined;
}

/** Makes a subgraph that enforces its owner's policy on everything it answers. */
export async function createSubgraph<Store>({
  name,
  module,
  decide,
  open,
  mergedPersons = () => new Map(),
  note,
}: SubgraphOptions<Store>): Promise<Subgraph> {
  const references = referencesToCurrentPersons(module.references, () => schema);
  const { sdl, schema } = await buildFederatedSchema<RequestContext>({ ...module, references });
  enforce(schema, buildPolicyGraph([{ name, sdl }]));
  const execute = documentExecutor(schema);
  const maskTables = await readMaskTables();
  return {
    name,
    sdl,
    execute: async (request, asked, client) => {
      const merged = mergedPersons();
      const decision = ofCurrentPerson(asked, merged);
      const { store, conditions } = open(decision);
      const { caller, purpose } = decision;
      const access = new Access(decide({ ...caller, purpose }, decision.revision), conditions, maskTables);
      const result = await execute(request, { decision, access, store, mergedPersons: merged, client });
      if (result.data) {
        await note?.({
          registry: name,
          time: new Date().toISOString(),
          decisionId: decision.decisionId,
          purpose,
          recipient: caller.recipient,
          subjects: access.disclosed.size,
          body: bodyHash(request),
        });
      }
      return result;
    },
  };
}
