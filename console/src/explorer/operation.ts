import type { GraphQLSchema } from 'graphql';
import type { Ref } from 'react';
import type { Shortcomings } from '../refusals/readShortcomings.js';
import type { GatewayAnswer, GatewayQuestion } from '../session/gatewayClient.js';

/** What stands in an editor. */
export interface WrittenOperation {
  readonly query: string;
  /** JSON; empty: none. */
  readonly variables: string;
}

/** An editor, for what is around it. */
export interface OperationEditor {
  read(): WrittenOperation;
  /** @param operation a document that can be parsed */
  write(operation: WrittenOperation): void;
}

/** What both editors get. */
export interface EditorProps {
  readonly schema: GraphQLSchema;
  readonly ask: (question: GatewayQuestion) => Promise<GatewayAnswer>;
  readonly onReport: ExplorerReport;
  readonly initialQuery: string;
  readonly editor: Ref<OperationEditor>;
}

/** Tells the page what an answer lacks, or why an example cannot run. */
export type ExplorerReport = (notice: ExplorerNotice) => void;

export interface ExplorerNotice {
  readonly shortcomings: Shortcomings;
  readonly note: string | undefined;
}
