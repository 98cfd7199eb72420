import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EntityTypes, IdCodec } from '../../federation/hooks.js';
import {
  loadSupergraph,
  type SubgraphSource,
  type Supergraph,
  type SupergraphSettings,
} from '../../federation/supergraph/supergraph.js';
import { packageRoot } from '../../lib/packageRoot.js';
import { Feed } from '../../schema/feed.js';
import { isKeyScalar, type PersonKey } from '../../schema/keys.js';
import { DateScalar, IdentityCodeScalar, PartialDateScalar } from '../../schema/scalars.js';
import { type Domain, isKey, type KeyToSeal, sealAll, unseal } from '../pseudonyms.js';

/**
 * How the federation treats the types of a city: it seals keys by type, observes reads of people, and hands
 * over feeds.
 */
export const cityTypes: EntityTypes = {
  isKeyScalar,
  isKey: (scalar, value) => isKeyScalar(scalar) && isKey(scalar, value),
  observed: { scalar: 'PersonID', keyField: 'id', entityField: 'person' },
  handedOver: {
    scalar: 'Feed',
    read: (value) => Feed.from(value),
    is: (value) => value instanceof Feed,
    entities: (value) => peopleIn(value as Feed),
  },
};

/** Scalars whose values clients send. Only registries send values of the others. */
const inputScalars = [DateScalar, PartialDateScalar, IdentityCodeScalar];

/** The supergraph of all registries of Polku, as it was composed when Polku was made. */
export function shippedSupergraph(): string {
  return readFileSync(join(packageRoot(), 'schema', 'supergraph.graphql'), 'utf8');
}

/**
 * Composes the supergraph of a city, unless it is the one that is shipped.
 * @throws PolkuError SUPERGRAPH_INVALID with every composition error
 */
export function loadCitySupergraph(
  subgraphs: readonly SubgraphSource[],
  settings?: Pick<SupergraphSettings, 'planningMs'>,
): Supergraph {
  return loadSupergraph(subgraphs, {
    ...settings,
    types: cityTypes,
    checked: inputScalars,
    composed: shippedSupergraph(),
  });
}

/** The ids of one pseudonymisation domain. */
export function idCodec(domain: Domain): IdCodec {
  return {
    sealAll: (requests) => sealAll(domain, requests as readonly KeyToSeal[]),
    unseal: (scalar, id) => (isKeyScalar(scalar) ? unseal(domain, scalar, id) : undefined),
  };
}

function peopleIn({ columns }: Feed): Iterable<PersonKey> {
  const people = columns['person'];
  return people instanceof Uint32Array ? people : [];
}
