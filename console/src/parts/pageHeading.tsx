import type { ReactNode } from 'react';
import { usePageTitle } from './usePageTitle.js';

interface PageHeadingProps {
  /** Also the title of the browser's tab. It never names a person. */
  readonly title: string;
  /** What the page is for, in a sentence or two. */
  readonly lead?: ReactNode;
  readonly children?: ReactNode;
}

/** The heading of a page, with the actions that concern all of it. */
export function PageHeading({ title, lead, children }: PageHeadingProps) {
  usePageTitle(title);
  return (
    <div className="page-heading">
      <div>
        <h1>{title}</h1>
        {lead && <p className="page-lead">{lead}</p>}
      </div>
      {children && <div className="page-actions">{children}</div>}
    </div>
  );
}
