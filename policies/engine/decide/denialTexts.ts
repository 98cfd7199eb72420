import { formatDay } from '../../../lib/calendar.js';
import { groupBy } from '../../../lib/groupBy.js';
import type { Explanation } from '../decision.js';
import type { LocalizedText } from '../../../schema/language.js';
import type { PolicyModel } from '../policyModel.js';
import type { DenialReason, DeniedInput } from './denialReasons.js';
import { type DenialSentences, denialSentences } from './denialSentences.js';

/** The caller that a denial is explained to. */
interface DeniedCaller {
  readonly purpose: string;
  readonly roles: readonly string[];
}

type Language = keyof LocalizedText;

/**
 * Puts a reason into words that name the owner who could release the field, in every language: answers of a
 * checked operation are cached for readers of all.
 */
export function explainDenial(
  coordinate: string,
  reason: DenialReason,
  caller: DeniedCaller,
  model: PolicyModel,
): Explanation {
  const decisive = decisiveOf(coordinate, reason);
  const registry = registryOf(decisive, model);
  return {
    coordinate,
    registry,
    owner: registryOwner(registry, model),
    reason: inEach((language) => new DenialText(language, caller, model).of(coordinate, reason)),
  };
}

/** The name of a registry's owner; of a registry without a policy, its own name. */
export function registryOwner(registry: string, { registries }: PolicyModel): LocalizedText {
  if (registry === NONE) return { en: 'nobody', fi: 'ei kukaan', sv: 'ingen' };
  return registries.get(registry)?.owner ?? inEach(() => registry);
}

const NONE = 'none';

function inEach(write: (language: Language) => string): LocalizedText {
  return { en: write('en'), fi: write('fi'), sv: write('sv') };
}

/** The coordinate whose owner decides. */
function decisiveOf(coordinate: string, reason: DenialReason): string {
  if (reason.kind === 'elsewhere') return decisiveOf(reason.coordinate, reason.reason);
  if (reason.kind !== 'inputs') return coordinate;
  const [first] = reason.inputs;
  return first ? decisiveOf(first.coordinate, first.reason) : coordinate;
}

/** The registry of a field or of an argument, `Type.field(argument:)`. */
function registryOf(coordinate: string, { graph }: PolicyModel): string {
  return graph.fields.get(coordinate.split('(')[0]!)?.subgraph ?? NONE;
}

/** The reasons of denials in one language. */
class DenialText {
  readonly #write: DenialSentences;
  readonly #purpose: string;
  readonly #roles: string;

  constructor(
    private readonly language: Language,
    private readonly caller: DeniedCaller,
    private readonly model: PolicyModel,
  ) {
    const { purpose, roles } = caller;
    this.#write = denialSentences[language];
    this.#purpose = this.#purposeNamed(purpose);
    this.#roles = roles.map((id) => model.roles.get(id)?.label[language] ?? id).join(', ');
  }

  of(coordinate: string, reason: DenialReason): string {
    const owner = this.#owner(coordinate);
    const [purpose, roles, write] = [this.#purpose, this.#roles, this.#write];
    switch (reason.kind) {
      case 'no-such-field':
        return write.noSuchField(coordinate);
      case 'no-such-purpose':
        return write.noSuchPurpose(purpose);
      case 'purpose-forbidden':
        return write.purposeForbidden(purpose, reason.purpose.basis.join(', '));
      case 'no-role':
        return write.noRole(purpose);
      case 'permit':
        return this.#permit(reason);
      case 'outside-permit':
        return write.outsidePermit(reason.permit.number, coordinate);
      case 'internal':
        return write.internal(coordinate);
      case 'unclassified':
        return write.unclassified(owner, coordinate);
      case 'prohibited': {
        const { id, reason: why } = reason.prohibition;
        const words = why ? `: ${why[this.language]}` : '';
        return `${write.prohibited(owner, coordinate, purpose, id)}${words}.`;
      }
      case 'aggregate-only':
        return write.aggregateOnly(purpose, coordinate);
      case 'quasi-identifier':
        return write.quasiIdentifier(coordinate, owner, purpose);
      case 'not-granted': {
        const underPermit = reason.others.some(
          (grant) => grant.needsPermit && this.caller.roles.some((role) => grant.roles.has(role)),
        );
        return write.notGranted(owner, coordinate, roles, purpose, underPermit);
      }
      case 'clashing-masks':
        return write.clashingMasks(owner, coordinate);
      case 'inputs':
        return write.inputs(coordinate, roles, purpose, this.#inputs(reason.inputs));
      case 'elsewhere':
        return `${write.elsewhere(coordinate, reason.coordinate)} ${this.of(reason.coordinate, reason.reason)}`;
    }
  }

  /** The sentence does not repeat an unknown number, because the client may have written any text there. */
  #permit({ fault, permit }: Extract<DenialReason, { kind: 'permit' }>): string {
    const write = this.#write;
    if (fault === 'unknown' || !permit) return write.permitUnknown();
    const { number, purpose, from, until } = permit;
    switch (fault) {
      case 'recipient':
        return write.permitOfAnother(number);
      case 'purpose':
        return write.permitForAnother(number, this.#purposeNamed(purpose), this.#purpose);
      case 'early':
        return write.permitEarly(number, formatDay(from));
      case 'late':
        return write.permitLate(number, formatDay(until));
    }
  }

  /** "Health services withholds A, B; Social services withholds C" */
  #inputs(inputs: readonly DeniedInput[]): string {
    const leaves = inputs.flatMap((input) => [...deniedLeavesOf(input)]);
    return [...groupBy(new Set(leaves), (coordinate) => this.#owner(coordinate))]
      .map(([owner, coordinates]) => this.#write.withholds(owner, coordinates.join(', ')))
      .join('; ');
  }

  #owner(coordinate: string): string {
    return registryOwner(registryOf(coordinate, this.model), this.model)[this.language];
  }

  #purposeNamed(id: string): string {
    return this.model.purposes.get(id)?.label[this.language] ?? id;
  }
}

function deniedLeavesOf({ coordinate, reason }: DeniedInput): readonly string[] {
  return reason.kind === 'inputs' ? reason.inputs.flatMap((input) => deniedLeavesOf(input)) : [coordinate];
}
