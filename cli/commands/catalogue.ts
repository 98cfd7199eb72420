import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_LANGUAGE, languageNamed } from '../../schema/language.js';
import { registries } from '../../subgraphs/registries.js';
import { catalogueHtml } from '../catalogue/catalogueHtml.js';
import { catalogueJsonLd, type Publication } from '../catalogue/catalogueJsonLd.js';
import { describeRegistry, fieldEntries } from '../catalogue/registryEntry.js';
import { policiesOption } from '../options.js';
import { committedApi } from '../runtime/loadOperations.js';
import { loadPolicy } from '../runtime/openPolicy.js';

const ABOUT = `Describes all registries for people outside: fields and their classification, owners, purposes, legal basis and code lists. It
reads policies and contracts, and no data about anybody; with --data it adds when each registry was extracted, and how many
records it has.`;

const NOTES = `
jsonld is DCAT-AP 3 in JSON-LD, which data portals harvest. Registries with data on health are described by HealthDCAT-AP (EHDS,
Regulation 2025/327, Article 77), with Findata as the authority that permits secondary use. html is the same for people.

Examples:
  polku catalogue --address https://data.city.example/registries --publisher "City of Example" \\
    --contact mailto:data@city.example --format jsonld --out catalogue.jsonld
  polku catalogue --address https://data.city.example/registries --publisher "Esimerkin kaupunki" \\
    --contact mailto:data@city.example --format html --language fi --data data --out rekisterit.html`;

interface CatalogueOptions extends Publication {
  readonly policies: string;
  readonly data?: string;
  readonly format: 'html' | 'jsonld';
  readonly language: string;
  readonly out?: string;
}

export function catalogueCommand(): Command {
  return new Command('catalogue')
    .description(ABOUT)
    .requiredOption(
      '--address <url>',
      'where the catalogue is published; ids in it begin with it',
      webAddress(['https:', 'http:']),
    )
    .requiredOption('--publisher <name>', "the city's name")
    .requiredOption(
      '--contact <url>',
      'where people ask about the data: mailto:… or a page',
      webAddress(['mailto:', 'https:', 'http:']),
    )
    .addOption(new Option('--format <format>', 'the form').choices(['html', 'jsonld']).default('html'))
    .addOption(
      new Option('--language <tag>', 'the language of html; jsonld has all three')
        .choices(['fi', 'sv', 'en'])
        .default(DEFAULT_LANGUAGE.toLowerCase()),
    )
    .option('--data <folder>', 'the folder of snapshots, for how fresh each registry is')
    .addOption(policiesOption())
    .option('--out <file>', 'write the catalogue to this file')
    .addHelpText('after', NOTES)
    .action(async (options: CatalogueOptions) => {
      const { policies, data, format, language, out } = options;
      const policy = await loadPolicy(policies);
      const fields = fieldEntries(policy, await committedApi());
      const entries = await Promise.all(
        registries.map(({ definition }) => describeRegistry(definition, policy, fields, data)),
      );
      const text =
        format === 'html'
          ? catalogueHtml(entries, options, languageNamed(language.toUpperCase()))
          : `${JSON.stringify(catalogueJsonLd(entries, options), null, 2)}\n`;
      if (out === undefined) process.stdout.write(text);
      else await writeFile(out, text);
    });
}

function webAddress(protocols: readonly string[]): (text: string) => string {
  return (text) => {
    if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text;
    throw new InvalidArgumentError(`Expected an address that begins with ${protocols.join(' or ')}.`);
  };
}
