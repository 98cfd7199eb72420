import { writeComposed } from '../federation/supergraph/supergraph.js';
import { governanceModule } from '../gateway/governance/governanceSubgraph.js';
import { buildFederatedSchema } from '../lib/buildFederatedSchema.js';
import { errorTable } from '../lib/errors.js';
import { logEvents } from '../lib/log.js';
import type { SubgraphSdl } from '../policies/engine/parse/readSubgraph.js';
import { securityEventTable } from '../schema/securityEvents.js';
import { derivedModules, registries, riskSources } from '../subgraphs/registries.js';
import { configurationPage } from './configuration/configurationPage.js';
import { factorsCsv, factorsHtml } from './factorsTable.js';
import { metricsPage } from './metricsPage.js';

/** Files that are derived from the code, by their path from the package's root, with their texts. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const modules = {
    ...Object.fromEntries(registries.map(({ definition, module }) => [definition.name, module])),
    ...derivedModules,
    governance: governanceModule,
  };
  const files = new Map<string, string>();
  const contracts: SubgraphSdl[] = [];
  for (const [name, module] of Object.entries(modules)) {
    const { sdl } = await buildFederatedSchema(module);
    files.set(`schema/subgraphs/${name}.graphql`, sdl);
    contracts.push({ name, sdl });
  }
  files.set('schema/supergraph.graphql', writeComposed(contracts));
  files.set('docs/errors.md', errorsPage());
  files.set('docs/logs.md', logsPage());
  files.set('docs/security-events.md', securityEventsPage());
  files.set('docs/configuration.md', configurationPage());
  files.set('docs/metrics.md', metricsPage());
  files.set('docs/factors.csv', factorsCsv(riskSources));
  files.set('docs/factors.html', factorsHtml(riskSources));
  return files;
}

function errorsPage(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { status, meaning }]) => `| \`${code}\` | ${status || ''} | ${meaning} |`,
  );
  return `# Errors

Every error that a user can meet has one of these codes: over HTTP in \`extensions.code\`, on the command line before the
message (a mistyped option has only a message). The status is that of the HTTP response; codes without one stay on the command line. Codes are never reused.

| Code | Status | Meaning |
| --- | --- | --- |
${rows.join('\n')}
`;
}

function logsPage(): string {
  const rows = Object.entries(logEvents).map(
    ([event, { level, meaning }]) => `| \`${event}\` | ${level} | ${meaning} |`,
  );
  return `# Logs

A gateway and a registry in a process of its own write their log to standard error: with \`log.format: json\` one JSON object on each line.
\`log.level\` is the least level that is written. On a terminal and with \`--dev\` the default is text for people.

Every line has \`time\` (ISO 8601, UTC), \`level\`, \`service\` (\`gateway\`, or the name of a registry), \`event\` and \`message\`. A line about a
request has its \`decisionId\`: the same id is in the response (\`Polku-Decision-Id\`), in the audit log and in the logs of the registries. Events keep
their names, so alerts may search for them. New ones may come.

The line \`request\` has \`method\`, \`route\` (its name, not the URL), \`status\`, \`outcome\` (\`answered\`, \`refused\`, \`failed\`, or \`abandoned\` if
the client disconnected), \`codes\` (errors.md), \`purpose\` and \`milliseconds\`. No line has personal data, an id of a person, the caller, a variable
or the text of an operation: the audit log records who asked what. An unexpected error has its class and \`stack\` without its message, which may
quote data.

A process never waits for its log. If nobody reads standard error, or the disk is full, lines are dropped and \`lines-lost\` counts them.

| Event | Level | Meaning |
| --- | --- | --- |
${rows.join('\n')}
`;
}

function securityEventsPage(): string {
  const rows = Object.entries(securityEventTable).map(
    ([event, { severity, outcome = '', meaning, fields }]) =>
      `| \`${event}\` | ${severity} | ${outcome} | ${meaning} | ${fields} |`,
  );
  return `# Security events

A security event is one line of JSON: in the file that \`log.securityEvents\` names (readable by its owner only, and opened for each line, so that it can
be rotated), or on standard error. Commands such as \`polku mark\` write theirs only to that file. Names keep their meaning; new ones may come.

Every event has these fields. The third column is the field of the [log data model of OpenTelemetry](https://opentelemetry.io/docs/specs/otel/logs/data-model/).

| Field | Holds | OpenTelemetry |
| --- | --- | --- |
| \`time\` | when it happened (ISO 8601, UTC) | Timestamp |
| \`service\` | \`gateway\`, the name of a registry, or \`command\` | Resource, \`service.name\` |
| \`event\` | its name | EventName |
| \`severity\` | \`INFO\`, \`WARN\` or \`ERROR\` | SeverityText |
| \`outcome\` | \`accepted\`, \`refused\`, or the outcome of the request | Attributes |
| \`decisionId\` | the decision, if there is one; the audit log has the rest | Attributes |

No event has personal data. A caller is a digest under the audit secret: equal digests are one caller. Reasons and comments that people write
stay in the audit log, the policy revisions, the marks and the register of models. So do the names of those who signed or marked.

| Event | Severity | Outcome | Meaning | Its own fields |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
