import { useMemo } from 'react';
import { useAnswer } from './useAnswer.js';

interface AccessAnswer {
  readonly access: {
    readonly reader: string;
    readonly fields: readonly { readonly coordinate: string }[];
  } | null;
}

const accessQuery = 'query OpenFields { access { reader fields { coordinate } } }';

/** The coordinates (`Type.field`) that policy shows to this user for this purpose. */
export interface OpenFields {
  /** The user's id in the audit log. */
  readonly reader: string | undefined;
  /** undefined: not known yet. */
  readonly coordinates: ReadonlySet<string> | undefined;
  readonly problem: unknown;
  retry(): void;
}

/** What policy opens for this user and purpose decides which pages there are. */
export function useOpenFields(): OpenFields {
  const { data, problem, retry } = useAnswer<AccessAnswer>(accessQuery);
  const coordinates = useMemo(
    () => data && new Set(data.access?.fields.map(({ coordinate }) => coordinate)),
    [data],
  );
  return { reader: data?.access?.reader, coordinates, problem, retry };
}
