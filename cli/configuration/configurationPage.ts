import { configurationKeys, variableOf } from './schemaTree.js';

/** docs/configuration.md: every key, from schema/polku.schema.json. */
export function configurationPage(): string {
  const rows = configurationKeys.map(({ path, node }) => {
    const given = node.default === undefined ? '' : `\`${JSON.stringify(node.default)}\``;
    const meaning = (node.description ?? '').replaceAll('<', '&lt;');
    return `| \`${path.join('.')}\` | \`${variableOf(path)}\` | ${given} | ${meaning} |`;
  });
  return `# Configuration

A city configures Polku in one file, \`polku.yaml\`: of the working folder, or the one that \`--config\` names. A variable of the
environment overrides a key, and an option of a command overrides both. Paths in the file are relative to its folder. Secrets
are files of the folder of secrets, or variables such as \`POLKU_AUDIT_SECRET\`; they are never keys of this file.

\`\`\`
polku config check         reports all faults at once, each with its file, line and column
polku config print         shows the settings that differ from the defaults, and where each comes from
polku config print --all   shows every key with its value, its variable and its meaning
\`\`\`

Editors complete and check the file when it begins with

\`\`\`yaml
# yaml-language-server: $schema=<folder of Polku>/schema/polku.schema.json
\`\`\`

A variable holds a list of texts separated by commas, and any other list as JSON.

| Key | Variable | Default | Meaning |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
