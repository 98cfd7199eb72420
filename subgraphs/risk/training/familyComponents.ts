import type { PersonKey } from '../../../schema/keys.js';

/**
 * Families that share people, over any time: whoever was once in one household is of one component, so that a model is never
 * tried on somebody whose family it has seen. (Union-find with path halving: R. E. Tarjan, J. van Leeuwen, JACM 1984.)
 */
export class FamilyComponents {
  readonly #parent = new Map<PersonKey, PersonKey>();

  join(persons: readonly PersonKey[]): void {
    const [first, ...others] = persons;
    if (first === undefined) return;
    const root = this.of(first);
    for (const other of others) this.#parent.set(this.of(other), root);
  }

  /** The key of one person of the component stands for it. */
  of(person: PersonKey): PersonKey {
    let at = person;
    for (;;) {
      const parent = this.#parent.get(at) ?? at;
      if (parent === at) return at;
      const above = this.#parent.get(parent) ?? parent;
      this.#parent.set(at, above);
      at = above;
    }
  }
}
