import { Component, type ReactNode } from 'react';
import { ProblemNotice } from '../parts/problemNotice.js';

interface PageBoundaryProps {
  readonly children: ReactNode;
  /** Called before the page is shown again. */
  readonly onRetry: () => void;
}

interface PageBoundaryState {
  readonly problem: unknown;
}

/** Keeps a fault of a page within the page. The user reads what to do, and never a stack trace. */
export class PageBoundary extends Component<PageBoundaryProps, PageBoundaryState> {
  override state: PageBoundaryState = { problem: undefined };

  static getDerivedStateFromError(problem: unknown): PageBoundaryState {
    return { problem: problem ?? new Error() };
  }

  readonly #retry = (): void => {
    this.props.onRetry();
    this.setState({ problem: undefined });
  };

  override render(): ReactNode {
    if (this.state.problem === undefined) return this.props.children;
    return (
      <div className="page">
        <ProblemNotice problem={this.state.problem} retry={this.#retry} />
      </div>
    );
  }
}
