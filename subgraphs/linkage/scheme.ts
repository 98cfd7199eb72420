import { PolkuError } from '../../schema/polkuError.js';
import { readIdentityCode } from './identityCode.js';
import { readLocalId } from './localId.js';

const NAMESPACE = /^[a-z][a-z0-9-]{0,63}$/;

/** A kind of code by which departments name people or families. */
export interface Scheme {
  readonly name: 'hetu' | 'local';
  /** Of `local`: whose ids they are, so that equal ids of two systems stay apart. Empty for `hetu`. */
  readonly namespace: string;
  /** Several registries know people by it: the population register alone makes somebody known, the others find them. */
  readonly shared: boolean;
  /** The one spelling of a code; undefined where the text is not a code of this scheme. */
  normalise(text: string): string | undefined;
}

/** The Finnish personal identity code. */
export const hetu: Scheme = {
  name: 'hetu',
  namespace: '',
  shared: true,
  normalise: (text) => readIdentityCode(text).code,
};

export interface LocalSchemeOptions {
  readonly shared?: boolean;
  /** That a whole id must have. */
  readonly form?: RegExp | undefined;
}

/**
 * Reads a scheme as mapping files write it: `hetu`, or `local:<name space>` for any opaque id.
 * @throws PolkuError SCHEME_UNKNOWN
 */
export function parseScheme(text: string, { shared = false, form }: LocalSchemeOptions = {}): Scheme {
  if (text === 'hetu') return hetu;
  const [name, namespace] = text.split(/:(.*)/s);
  if (name === 'local' && namespace !== undefined && NAMESPACE.test(namespace)) {
    return { name, namespace, shared, normalise: (id) => readLocalId(id, form) };
  }
  throw new PolkuError(
    'SCHEME_UNKNOWN',
    `There is no linkage scheme "${text}". Write "hetu" for Finnish personal identity codes, or "local:<name>" ` +
      `(such as local:social-client; small letters, digits and hyphens) for ids of one system.`,
  );
}
