import {
  buildClientSchema,
  getIntrospectionQuery,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { useMemo } from 'react';
import { useAnswer } from '../session/useAnswer.js';

const introspection = getIntrospectionQuery();

/** The schema that the user sees for the purpose; the gateway shows nothing else by introspection. */
export function useVisibleSchema(): {
  /** undefined: not known yet. */
  readonly schema: GraphQLSchema | undefined;
  readonly problem: unknown;
  retry(): void;
} {
  const { data, problem, retry } = useAnswer<IntrospectionQuery>(introspection);
  const schema = useMemo(() => data && buildClientSchema(data), [data]);
  return { schema, problem, retry };
}
