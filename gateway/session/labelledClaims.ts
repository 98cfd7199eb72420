import type { Policy } from '../../policies/engine/decide/policy.js';
import type { LocalizedText } from '../../schema/language.js';

/** What a token says about its user, by ids. */
interface Claims {
  readonly recipient: string;
  readonly roles: readonly string[];
  readonly purposes: readonly string[];
}

/** An id of the policies, and its name in the languages of the city. */
interface Labelled {
  readonly id: string;
  readonly label: LocalizedText;
}

/**
 * A user's claims in words, for the console. Roles and purposes that the policy in force does not have are
 * left out, because they open nothing.
 */
export function labelledClaims(
  { recipient, roles, purposes }: Claims,
  policy: Policy,
): {
  readonly recipient: string;
  /** undefined: recipients.yaml has no name for it. */
  readonly recipientLabel: LocalizedText | undefined;
  readonly roles: readonly Labelled[];
  readonly purposes: readonly Labelled[];
} {
  return {
    recipient,
    recipientLabel: policy.recipientLabel(recipient),
    roles: labelled(roles, policy.roles),
    purposes: labelled(purposes, policy.purposes),
  };
}

function labelled(
  ids: readonly string[],
  known: ReadonlyMap<string, { readonly label: LocalizedText }>,
): readonly Labelled[] {
  return ids.flatMap((id) => {
    const label = known.get(id)?.label;
    return label ? [{ id, label }] : [];
  });
}
