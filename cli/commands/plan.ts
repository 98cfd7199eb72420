import { Command } from 'commander';
import { getOperationAST, parse, specifiedRules, validate } from 'graphql';
import { fragmentsOf } from '../../lib/collectFields.js';
import { rootTypeRule } from '../../federation/execution/validation.js';
import { normalForm } from '../../federation/execution/prepare.js';
import { explainPlan } from '../../federation/planning/explainPlan.js';
import { buildSupergraph } from '../../federation/supergraph/supergraph.js';
import { PolkuError } from '../../lib/errors.js';
import { readRegularFile } from '../../lib/regularFile.js';
import { cityTypes } from '../../gateway/registries/cityTypes.js';
import { committedSupergraph } from '../runtime/loadOperations.js';

const ABOUT = `Shows how an operation would be planned: which registries are asked, one after the other or at the same time, for which
fields, and what each of them is sent. Nothing is asked. Policies are not applied: polku policy explains those.`;

const NOTES = `
Fields under @skip and @include are planned by the values of their variables, so give those:
  polku plan --operation path.graphql --variables '{"withUnits": true}'

In the texts that registries get, a key that begins with __a_ is one of the operation.`;

interface PlanOptions {
  readonly operation: string;
  readonly name?: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly supergraph?: string;
}

export function planCommand(): Command {
  return new Command('plan')
    .description(ABOUT)
    .requiredOption('--operation <file>', 'the operation, with its fragments')
    .option('--name <name>', 'the operation of this name, where the file has several')
    .option('--variables <json>', 'values of the variables of @skip and @include', readVariables, {})
    .option('--supergraph <file>', "another supergraph than the registries' own")
    .addHelpText('after', NOTES)
    .action(async ({ operation: file, name, variables, supergraph: composed }: PlanOptions) => {
      const sdl = composed === undefined ? await committedSupergraph() : await readRegularFile(composed);
      const supergraph = buildSupergraph(sdl, new Map(), { types: cityTypes });
      const document = parse(await readRegularFile(file));
      const [fault] = validate(supergraph.apiSchema, document, [...specifiedRules, rootTypeRule]);
      if (fault) throw new PolkuError('USAGE', `${file} does not fit the schema: ${fault.message}`);
      const form = normalForm(document, name, supergraph);
      const conditions = Object.fromEntries(
        form.variables.flatMap(({ name: inner, source, defaultValue }) => {
          const given = 'variable' in source ? variables[source.variable] : undefined;
          const value = given ?? (defaultValue?.kind === 'BooleanValue' ? defaultValue.value : undefined);
          return value === undefined ? [] : [[inner, value]];
        }),
      );
      const plan = await supergraph.planner.plan({
        operation: getOperationAST(form.document)!,
        fragments: fragmentsOf(form.document),
        conditions,
      });
      console.log(explainPlan(plan));
    });
}

function readVariables(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
  } catch {
    // Reported below.
  }
  throw new PolkuError('USAGE', `--variables needs a JSON object, such as '{"withUnits": true}'.`);
}
