import type { Answer, GatewayError } from '../session/gatewayClient.js';

/** A field that policy did not show, in the words of the gateway. */
export interface Refusal {
  readonly coordinate: string | undefined;
  readonly owner: string | undefined;
  readonly purpose: string | undefined;
  readonly reason: string;
  readonly revision: string | undefined;
  readonly decision: string | undefined;
}

/** Any other thing that went wrong. */
export interface Fault {
  readonly code: string | undefined;
  readonly message: string;
}

/** What an answer says beside its data. */
export interface Shortcomings {
  readonly refusals: readonly Refusal[];
  /** Left out in partial mode. */
  readonly withheld: readonly Refusal[];
  readonly faults: readonly Fault[];
}

type Told = Readonly<Record<string, unknown>>;

export const noShortcomings: Shortcomings = { refusals: [], withheld: [], faults: [] };

export function readShortcomings({ errors = [], extensions = {} }: Answer): Shortcomings {
  return {
    refusals: errors.filter(isRefusal).flatMap(({ message, extensions: told = {} }) =>
      // One error tells of every coordinate; what they share stands beside the list.
      list(told['refusals'] ?? [told]).map((refusal) =>
        readRefusal({ reason: message, decisionId: extensions['decisionId'], ...told, ...refusal }),
      ),
    ),
    withheld: list(extensions['withheld'] ?? []).map((refusal) => readRefusal({ ...extensions, ...refusal })),
    faults: errors
      .filter((error) => !isRefusal(error))
      .map(({ message, extensions: told }) => ({ code: text(told?.['code']), message })),
  };
}

function isRefusal({ extensions }: GatewayError): boolean {
  return extensions?.['code'] === 'PURPOSE_NOT_PERMITTED';
}

function readRefusal(told: Told): Refusal {
  return {
    coordinate: text(told['coordinate']),
    owner: text(told['owner']),
    purpose: text(told['purpose']),
    reason: text(told['reason']) ?? 'Policy does not show it.',
    revision: text(told['revision']),
    decision: text(told['decisionId']),
  };
}

function list(value: unknown): readonly Told[] {
  return Array.isArray(value) ? (value as readonly Told[]) : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
