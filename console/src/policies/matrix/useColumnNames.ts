import { useCallback } from 'react';
import { useAnswer } from '../../session/useAnswer.js';
import type { ShownColumn } from './policyMatrix.js';

/** No registry has this name, so only the columns are answered. */
const query = `query PolicyColumns {
  policyMatrix(registry: "none") { columns { purpose role purposeLabel roleLabel } }
}`;

/** Names a purpose and a role in the language of the user; ids that are not known stay ids. */
export function useColumnNames(): (purpose: string, role: string) => string {
  const { data } = useAnswer<{ policyMatrix: { columns: readonly ShownColumn[] } | null }>(query);
  const columns = data?.policyMatrix?.columns;
  return useCallback(
    (purpose, role) => {
      const known = columns?.find((column) => column.purpose === purpose && column.role === role);
      return `${known?.purposeLabel ?? purpose} – ${known?.roleLabel ?? role}`;
    },
    [columns],
  );
}
