import { PolkuError } from '../../schema/polkuError.js';
import { readIdentityCode } from './identityCode.js';

const LONGEST_LOCAL_ID = 200;
const NAMESPACE = /^[a-z][a-z0-9-]{0,63}$/;

/** A kind of code by which departments name people or families. */
export interface Scheme {
  readonly name: 'hetu' | 'local';
  /** Of `local`: whose ids they are, so that equal ids of two systems stay apart. Empty for `hetu`. */
  readonly namespace: string;
  /** The one spelling of a code; undefined where the text is not a code of this scheme. */
  normalise(text: string): string | undefined;
}

/** The Finnish personal identity code. */
export const hetu: Scheme = {
  name: 'hetu',
  namespace: '',
  normalise: (text) => readIdentityCode(text).code,
};

function normaliseLocalId(text: string): string | undefined {
  const id = text.trim();
  return id.length > 0 && id.length <= LONGEST_LOCAL_ID ? id : undefined;
}

/**
 * Reads a scheme as mapping files write it: `hetu`, or `local:<name space>` for any opaque id.
 * @throws PolkuError SCHEME_UNKNOWN
 */
export function parseScheme(text: string): Scheme {
  if (text === 'hetu') return hetu;
  const [name, namespace] = text.split(/:(.*)/s);
  if (name === 'local' && namespace !== undefined && NAMESPACE.test(namespace)) {
    return { name, namespace, normalise: normaliseLocalId };
  }
  throw new PolkuError(
    'SCHEME_UNKNOWN',
    `There is no linkage scheme "${text}". Write "hetu" for Finnish personal identity codes, or "local:<name>" ` +
      `(such as local:social-client; small letters, digits and hyphens) for ids of one system.`,
  );
}
