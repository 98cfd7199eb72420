import type { PersonKey } from '../../../../schema/keys.js';
import type { Linkage, LinkageReject } from '../../../linkage/linkage.js';
import type { Scheme } from '../../../linkage/scheme.js';
import { ownCopy } from './ownCopy.js';

/**
 * Links the persons of one extraction. A person has many rows, so keys once found are remembered: codes stand in memory
 * while the extraction runs, as the source's rows do, and nowhere else.
 */
export class PersonLinker {
  private readonly remembered = new Map<Scheme, Map<string, PersonKey>>();

  constructor(private readonly linkage: Linkage) {}

  /** The person whom a code names. A code that registries share must be of somebody known; ids of one system may be new. */
  find(scheme: Scheme, code: string): PersonKey | LinkageReject {
    return this.link(scheme, code, !scheme.shared);
  }

  /** The person whom a code names, known from now on. */
  know(scheme: Scheme, code: string): PersonKey | LinkageReject {
    return this.link(scheme, code, true);
  }

  private link(scheme: Scheme, code: string, assign: boolean): PersonKey | LinkageReject {
    const keys = this.keysOf(scheme);
    const known = keys.get(code);
    if (known !== undefined) return known;
    const key = assign ? this.linkage.personKey(scheme, code) : this.linkage.findPerson(scheme, code);
    if (typeof key === 'number') keys.set(ownCopy(code), key);
    return key;
  }

  private keysOf(scheme: Scheme): Map<string, PersonKey> {
    let keys = this.remembered.get(scheme);
    if (!keys) this.remembered.set(scheme, (keys = new Map()));
    return keys;
  }
}
