import type { ReactNode } from 'react';

interface NoticeProps {
  /** information: neutral; warning: something is limited; problem: something failed */
  readonly kind: 'information' | 'warning' | 'problem';
  readonly children: ReactNode;
}

/** A message above what it is about. Screen readers read it when it appears. */
export function Notice({ kind, children }: NoticeProps) {
  return (
    <div className={`notice notice-${kind}`} role={kind === 'problem' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}
