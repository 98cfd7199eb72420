import type { GatewayAnswer, GatewayError } from '../session/gatewayClient.js';

/** A field that policy did not show, with the words of the gateway. */
export interface ShownRefusal {
  readonly coordinate: string | undefined;
  readonly owner: string | undefined;
  readonly purpose: string | undefined;
  /** In the language of the request; empty: the gateway gives none. */
  readonly reason: string;
  readonly revision: string | undefined;
  readonly decision: string | undefined;
}

/** Any other error. */
export interface ShownFault {
  readonly code: string | undefined;
  readonly message: string;
}

/** What an answer lacks. */
export interface Shortcomings {
  readonly refusals: readonly ShownRefusal[];
  /** Left out in partial mode. */
  readonly withheld: readonly ShownRefusal[];
  readonly faults: readonly ShownFault[];
}

type ErrorDetails = Readonly<Record<string, unknown>>;

export const noShortcomings: Shortcomings = { refusals: [], withheld: [], faults: [] };

export function readShortcomings({ errors = [], extensions = {} }: GatewayAnswer): Shortcomings {
  return {
    refusals: errors.filter(isRefusal).flatMap(({ message, extensions: details = {} }) =>
      // One error lists every coordinate. What they share is next to the list.
      list(details['refusals'] ?? [details]).map((refusal) =>
        readRefusal({ reason: message, decisionId: extensions['decisionId'], ...details, ...refusal }),
      ),
    ),
    withheld: list(extensions['withheld'] ?? []).map((refusal) => readRefusal({ ...extensions, ...refusal })),
    faults: errors
      .filter((error) => !isRefusal(error))
      .map(({ message, extensions: details }) => ({ code: text(details?.['code']), message })),
  };
}

function isRefusal({ extensions }: GatewayError): boolean {
  return extensions?.['code'] === 'PURPOSE_NOT_PERMITTED';
}

function readRefusal(details: ErrorDetails): ShownRefusal {
  return {
    coordinate: text(details['coordinate']),
    owner: text(details['owner']),
    purpose: text(details['purpose']),
    reason: text(details['reason']) ?? '',
    revision: text(details['revision']),
    decision: text(details['decisionId']),
  };
}

function list(value: unknown): readonly ErrorDetails[] {
  return Array.isArray(value) ? (value as readonly ErrorDetails[]) : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
