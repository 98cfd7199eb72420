import type { Subgraph } from '../../schema/subgraph.js';
import type { DataSource } from './dataSource.js';

/** A subgraph of this process: the decision context and the feeds are handed over by reference. */
export function inProcessDataSource(subgraph: Subgraph): DataSource {
  return {
    async fetch({ query, operationName, variables: own, representations }, { asker, signal, onSend }) {
      if (!asker) throw new TypeError('A registry answers under a decision context only.');
      const variables = representations ? { ...own, representations: representations.values } : own;
      onSend?.();
      return subgraph.execute({ query, operationName, variables }, asker.decision, signal);
    },
  };
}
