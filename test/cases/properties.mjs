// Security properties, as tests declare them, and the page that lists them: docs/security-properties.md.
// A test file declares a property in its first comment: @property theme/key Sentence. @enforcedBy path, path
// Other files that test the same property repeat its key alone: @property theme/key
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const themes = {
  extraction: 'Extraction and linkage',
  policies: 'Policies',
  registries: 'Registries',
  gateway: 'The gateway',
  federation: 'Federation',
  audit: 'The audit log',
  groups: 'Numbers of groups',
  risk: 'Predicted need',
  data: 'Backups and secrets',
};

/**
 * The properties that tests declare, by `theme/key`, in order.
 * @throws Error where a key is explained twice, or used and nowhere explained
 */
export async function securityProperties(root) {
  const properties = new Map();
  for (const file of (await testFiles(join(root, 'test'))).sort()) {
    const comment = /^\/\*\*\n((?: \*.*\n)+?) \*\/\n/.exec(await readFile(file, 'utf8'))?.[1];
    if (!comment?.includes('@property')) continue;
    const path = relative(root, file).replaceAll('\\', '/');
    const text = comment.replaceAll(/^ \* ?/gm, '').replaceAll(/\n(?!@)/g, ' ');
    let last;
    for (const [, tag, value] of text.matchAll(/^@(property|enforcedBy) (.*)$/gm)) {
      if (tag === 'enforcedBy') {
        last.enforcedBy = value.split(',').map((place) => place.trim());
        continue;
      }
      const [key, ...sentence] = value.trim().split(/\s+/);
      last = properties.get(key) ?? { key, sentence: '', enforcedBy: [], tests: [] };
      properties.set(key, last);
      last.tests.push(path);
      if (sentence.length === 0) continue;
      if (last.sentence) throw new Error(`${path}: @property ${key} is explained elsewhere, too.`);
      last.sentence = sentence.join(' ');
    }
  }
  const lost = [...properties.values()].find(({ key, sentence }) => !sentence || !(themeOf(key) in themes));
  if (lost) throw new Error(`${lost.tests[0]}: @property ${lost.key} has no sentence, or no theme.`);
  return properties;
}

/** docs/security-properties.md */
export async function propertiesPage(root) {
  const properties = [...(await securityProperties(root)).values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const link = (path) => (path.includes('*') ? `\`${path}\`` : `[${path}](../${path})`);
  const sections = Object.entries(themes).map(([theme, title]) => {
    const rows = properties
      .filter(({ key }) => themeOf(key) === theme)
      .map(
        ({ sentence, enforcedBy, tests }) =>
          `- ${sentence}\n  - enforced by ${enforcedBy.map(link).join(', ')}\n  - tested by ${tests.map(link).join(', ')}\n`,
      );
    return `## ${title}\n\n${rows.join('')}`;
  });
  return `# Security properties

What Polku guarantees, where the code enforces it, and which tests fail if it does not. Tests declare the properties
(\`@property\`); \`npm run properties\` writes this page.

${sections.join('\n')}`;
}

function themeOf(key) {
  return key.split('/')[0];
}

async function testFiles(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return testFiles(path);
      return entry.name.endsWith('.test.ts') ? [path] : [];
    }),
  );
  return found.flat();
}

if (process.argv[1]?.endsWith('properties.mjs')) {
  const root = join(import.meta.dirname, '..', '..');
  await writeFile(join(root, 'docs', 'security-properties.md'), await propertiesPage(root));
}
