import { escapeMarkup } from '../../lib/escapeMarkup.js';
import { categories } from '../../policies/engine/catalogue/conditions.js';
import { citationLabel } from '../../policies/engine/catalogue/laws.js';
import { type Language, inLanguage, languageTag } from '../../schema/language.js';
import type { Publication } from './catalogueJsonLd.js';
import { describeFields } from './dcat.js';
import type { FieldEntry, RegistryEntry } from './registryEntry.js';

/** The words of the page. */
const words = {
  en: {
    title: 'Registries of',
    about:
      'What the registries hold about people, who owns them, and for which purposes and by which law their data may be used. This page holds no data about anybody.',
    ask: 'Ask about the data',
    extracted: 'Extracted',
    records: 'records',
    notExtracted: 'Not extracted yet',
    fields: 'Fields',
    field: 'Field',
    category: 'What it is about',
    protection: 'Protection',
    special: 'special category, or secret by law',
    quasi: 'could help to recognise somebody',
    purposes: 'Purposes and law',
    purpose: 'Purpose',
    law: 'Law',
    codes: 'Code lists',
    code: 'Code',
    label: 'Meaning',
  },
  fi: {
    title: 'Rekisterit:',
    about:
      'Mitä rekisterit sisältävät ihmisistä, kuka niistä vastaa ja mihin tarkoituksiin ja minkä lain nojalla tietoja saa käyttää. Tällä sivulla ei ole kenenkään tietoja.',
    ask: 'Kysy tiedoista',
    extracted: 'Poimittu',
    records: 'tietuetta',
    notExtracted: 'Ei vielä poimittu',
    fields: 'Kentät',
    field: 'Kenttä',
    category: 'Mitä se koskee',
    protection: 'Suoja',
    special: 'erityinen tai lain mukaan salassa pidettävä tieto',
    quasi: 'voi auttaa tunnistamaan henkilön',
    purposes: 'Käyttötarkoitukset ja laki',
    purpose: 'Käyttötarkoitus',
    law: 'Laki',
    codes: 'Koodistot',
    code: 'Koodi',
    label: 'Merkitys',
  },
  sv: {
    title: 'Register:',
    about:
      'Vad registren innehåller om människor, vem som ansvarar för dem och för vilka ändamål och enligt vilken lag uppgifterna får användas. Sidan innehåller inga uppgifter om någon.',
    ask: 'Fråga om uppgifterna',
    extracted: 'Hämtat',
    records: 'poster',
    notExtracted: 'Har inte hämtats än',
    fields: 'Fält',
    field: 'Fält',
    category: 'Vad det gäller',
    protection: 'Skydd',
    special: 'särskild eller enligt lag sekretessbelagd uppgift',
    quasi: 'kan bidra till att någon känns igen',
    purposes: 'Ändamål och lag',
    purpose: 'Ändamål',
    law: 'Lag',
    codes: 'Kodförteckningar',
    code: 'Kod',
    label: 'Betydelse',
  },
} as const;

/** The catalogue as one page without external resources. It follows the reader's light or dark theme. */
export function catalogueHtml(
  registries: readonly RegistryEntry[],
  { publisher, contact }: Publication,
  language: Language,
): string {
  const tag = languageTag(language);
  const own = words[tag];
  const title = `${own.title} ${publisher}`;
  return `<!doctype html>
<html lang="${tag}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
<header>
<h1>${escapeMarkup(title)}</h1>
<p>${own.about}</p>
<p><a href="${escapeMarkup(contact)}">${own.ask}</a></p>
<nav>${registries.map(({ name, owner }) => `<a href="#${escapeMarkup(name)}">${escapeMarkup(inLanguage(owner, language))}</a>`).join('\n')}</nav>
</header>
<main>
${registries.map((registry) => section(registry, language)).join('\n')}
</main>
</html>
`;
}

function section(registry: RegistryEntry, language: Language): string {
  const { name, owner, fields, purposes, codeLists, freshness } = registry;
  const own = words[languageTag(language)];
  const laws = (basis: readonly string[]) =>
    basis.map((citation) => {
      const label = citationLabel(citation);
      return label ? inLanguage(label, language) : citation;
    });
  return `<section id="${escapeMarkup(name)}">
<h2>${escapeMarkup(inLanguage(owner, language))}</h2>
<p>${escapeMarkup(inLanguage(describeFields(fields), language))} ${freshnessText(freshness, language)}</p>
<h3>${own.fields}</h3>
${table(
  [own.field, own.category, own.protection],
  fields.map((field) => fieldCells(field, language)),
)}
<h3>${own.purposes}</h3>
${table(
  [own.purpose, own.law],
  purposes.map(({ label, basis }) => [
    escapeMarkup(inLanguage(label, language)),
    `<ul>${laws(basis)
      .map((law) => `<li>${escapeMarkup(law)}</li>`)
      .join('')}</ul>`,
  ]),
)}
<h3>${own.codes}</h3>
${[...codeLists]
  .map(
    ([list, codes]) => `<details><summary>${escapeMarkup(list)} (${codes.size})</summary>
${table(
  [own.code, own.label],
  [...codes].map(([code, labels]) => [
    `<code>${escapeMarkup(code)}</code>`,
    escapeMarkup(inLanguage(labels, language)),
  ]),
)}</details>`,
  )
  .join('\n')}
</section>`;
}

function freshnessText(freshness: RegistryEntry['freshness'], language: Language): string {
  if (freshness === undefined) return '';
  const tag = languageTag(language);
  const own = words[tag];
  if (freshness === 'not extracted') return `${own.notExtracted}.`;
  const { extractedAt, records } = freshness;
  // The day in UTC: a page for the public needs no time of day.
  const day = new Date(extractedAt).toLocaleDateString(tag, { dateStyle: 'long', timeZone: 'UTC' });
  return `${own.extracted}: <time datetime="${extractedAt}">${day}</time>, ${records.toLocaleString(tag)} ${own.records}.`;
}

function fieldCells({ coordinate, label, category, special, quasi }: FieldEntry, language: Language) {
  const own = words[languageTag(language)];
  const marks = [...(special ? [own.special] : []), ...(quasi === undefined ? [] : [own.quasi])];
  const named = label ? `${escapeMarkup(inLanguage(label, language))} ` : '';
  return [
    `${named}<code>${escapeMarkup(coordinate)}</code>`,
    escapeMarkup(inLanguage(categories[category], language)),
    escapeMarkup(marks.join('; ')),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<div class="wide"><table>
<thead>${line(head, 'th scope="col"').replaceAll('</th scope="col">', '</th>')}</thead>
<tbody>
${rows.map((cells) => line(cells, 'td')).join('\n')}
</tbody>
</table></div>`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2530; --soft: #5b6573; --line: #d9dee4; --page: #fff; --link: #17606a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9aa7b6; --line: #2c3440; --page: #141920; --link: #7fcdd2; } }
body { margin: 0 auto; padding: 24px; max-width: 1000px; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
a { color: var(--link); }
nav { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 16px 0; }
section { margin-top: 40px; border-top: 1px solid var(--line); }
h1 { font-size: 30px; } h2 { font-size: 24px; } h3 { margin: 24px 0 8px; font-size: 18px; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 15px; }
th, td { padding: 7px 12px 7px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
td ul { margin: 0; padding-left: 18px; }
code { color: var(--soft); font-size: 13.5px; overflow-wrap: anywhere; }
summary { padding: 4px 0; cursor: pointer; }
`;
