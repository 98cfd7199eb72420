import {
  getNamedType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isRequiredInputField,
} from 'graphql';
import type { Decision } from '../../policies/engine/decision.js';
import type { InputReleases } from './inputReleases.js';

/** What is left of input types: parts that are released, and lead to a type of which something is left. */
export class VisibleInputs {
  readonly #usable = new Map<string, boolean>();

  constructor(
    private readonly decision: Decision,
    private readonly releases: InputReleases,
  ) {}

  hasValue(enumeration: string, value: string): boolean {
    return this.releases.isReleased(`${enumeration}.${value}`, this.decision);
  }

  hasField(input: string, field: string, type: GraphQLInputType): boolean {
    return this.releases.isReleased(`${input}.${field}`, this.decision) && this.isUsable(type);
  }

  /** Whether a value of a type can be written: it has something left, and all that it requires. */
  isUsable(of: GraphQLInputType): boolean {
    const type = getNamedType(of);
    if (isEnumType(type)) return type.getValues().some(({ name }) => this.hasValue(type.name, name));
    if (!isInputObjectType(type)) return true;
    const known = this.#usable.get(type.name);
    if (known !== undefined) return known;
    // While it is looked at it counts as usable, so that a type that contains itself comes to an end.
    this.#usable.set(type.name, true);
    const fields = Object.values(type.getFields());
    const left = fields.filter((field) => this.hasField(type.name, field.name, field.type));
    const usable =
      left.length > 0 && fields.every((field) => left.includes(field) || !isRequiredInputField(field));
    this.#usable.set(type.name, usable);
    return usable;
  }
}
