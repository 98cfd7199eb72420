import { type FieldNode, getArgumentValues, Kind, visit } from 'graphql';
import type { ProgramField } from './fieldInfo.js';
import type { ProgramRun } from './programRun.js';

/** What a resolver is given as its arguments. Frozen, for it is given to more than one. */
export type ArgumentValues = Readonly<Record<string, unknown>>;

const NONE: ArgumentValues = Object.freeze({});

/** Compiles the arguments of a field: literals are read once, variables once a run. */
export function compileArguments(field: ProgramField): (run: ProgramRun) => ArgumentValues {
  const { definition, nodes } = field;
  const [node] = nodes as [FieldNode];
  if (definition.args.length === 0) return () => NONE;
  if (!readsVariables(node)) {
    const values = Object.freeze(getArgumentValues(definition, node));
    return () => values;
  }
  return (run) => {
    let values = run.arguments.get(field);
    if (!values) {
      values = Object.freeze(getArgumentValues(definition, node, run.variables));
      run.arguments.set(field, values);
    }
    return values;
  };
}

function readsVariables(node: FieldNode): boolean {
  let reads = false;
  for (const argument of node.arguments ?? [])
    visit(argument, { [Kind.VARIABLE]: () => void (reads = true) });
  return reads;
}
