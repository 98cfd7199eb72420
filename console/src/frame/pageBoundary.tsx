import { Component, type ReactNode } from 'react';
import { ProblemNotice } from '../parts/problemNotice.js';

interface PageBoundaryState {
  readonly problem: unknown;
}

/** Keeps a fault of a page within the page. The user reads what to do, and never a stack trace. */
export class PageBoundary extends Component<{ readonly children: ReactNode }, PageBoundaryState> {
  override state: PageBoundaryState = { problem: undefined };

  static getDerivedStateFromError(problem: unknown): PageBoundaryState {
    return { problem: problem ?? new Error() };
  }

  override render(): ReactNode {
    if (this.state.problem === undefined) return this.props.children;
    return (
      <div className="page">
        <ProblemNotice problem={this.state.problem} retry={() => this.setState({ problem: undefined })} />
      </div>
    );
  }
}
