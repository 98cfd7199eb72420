import type { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { PolkuError } from '../../lib/errors.js';
import { authorityFile, issueInto } from '../../lib/tls/authorityFolder.js';
import { certificatesIn, namesOf, usesOf } from '../../lib/tls/certificateText.js';
import type { CertificateUse } from '../../lib/tls/privateAuthority.js';
import { wholeNumber } from '../options.js';

const ABOUT = `Makes and shows certificates, with which gateway and registries prove their names to each other. A small private authority
in a folder signs them: enough for trials and for a first set-up. A city with its own authority uses that one.`;

const STEPS = `
From nothing to encrypted requests between a gateway and the health registry:
  1. polku tls issue health.polku.example --use server --out tls      makes tls/authority.pem and the registry's certificate
  2. polku tls issue gateway.polku.example --use client --out tls     makes the gateway's certificate for registries
  3. Give each machine its own .pem and .key, and authority.pem. authority.key stays where it is, offline.
  4. polku.yaml of the registry:                    polku.yaml of the gateway:
       registry:                                      registries:
         host: 0.0.0.0                                  health:
         tls:                                             url: https://health.polku.example:4100
           certificate: health.polku.example.pem          tls:
           key: health.polku.example.key                    certificate: gateway.polku.example.pem
           clientAuthority: authority.pem                   key: gateway.polku.example.key
           clientNames: [gateway.polku.example]             authority: authority.pem
  5. Before they expire: polku tls issue ... --renew, and copy the files over the old ones. Servers read them within
     seconds, without a restart.

docs/how-to/encrypt-between-gateway-and-registries.md has every step.`;

const USES: Readonly<Record<string, readonly CertificateUse[]>> = {
  server: ['server'],
  client: ['client'],
  both: ['server', 'client'],
};

export function tlsCommand(): Command {
  return new Command('tls')
    .description(ABOUT)
    .addHelpText('after', STEPS)
    .addCommand(
      new Command('issue')
        .description(
          'Issues a certificate for each name: <name>.pem and <name>.key. The first call makes the authority of the folder.',
        )
        .argument(
          '<name...>',
          'a DNS name, or several names and addresses of one certificate: health.example,10.0.0.5',
        )
        .requiredOption('--out <folder>', 'the folder of the authority and of the certificates')
        .addOption(
          new Option('--days <n>', 'how many days the certificates are valid')
            .argParser(wholeNumber(1, 825))
            .default(90),
        )
        .addOption(
          new Option('--use <use>', 'what the certificates may prove')
            .choices(Object.keys(USES))
            .default('both'),
        )
        .option('--renew', 'replace the certificates and keys that exist')
        .addHelpText('after', STEPS)
        .action(issue),
    )
    .addCommand(
      new Command('show')
        .description(
          'Shows the names, the issuer, the validity, the uses and the fingerprint of certificates.',
        )
        .argument('<file...>', 'files with certificates (PEM)')
        .action(show),
    );
}

interface IssueArguments {
  readonly out: string;
  readonly days: number;
  readonly use: string;
  readonly renew?: boolean;
}

async function issue(names: readonly string[], options: IssueArguments): Promise<void> {
  const { out, days, use, renew = false } = options;
  const subjects = names.map((text) => text.split(',') as [string, ...string[]]);
  const issued = await issueInto(out, subjects, { uses: USES[use]!, days, renew });
  for (const { certificate, key } of issued) console.log(`${certificate}, with its key ${key}`);
  console.log(`Signed by ${authorityFile(out)}, which peers need. Keep authority.key offline.`);
}

async function show(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const certificates = certificatesOf(file, await readFile(file, 'utf8'));
    for (const certificate of certificates) console.log(`${file}\n${describe(certificate)}`);
  }
}

/** @throws PolkuError TLS_FILE_INVALID */
function certificatesOf(file: string, text: string): readonly X509Certificate[] {
  let certificates: readonly X509Certificate[] = [];
  try {
    certificates = certificatesIn(text);
  } catch {
    // A damaged certificate is none.
  }
  if (certificates.length > 0) return certificates;
  throw new PolkuError('TLS_FILE_INVALID', `The file ${file} has no certificate in PEM.`);
}

const DAY_MS = 86_400_000;

function describe(certificate: X509Certificate): string {
  const { subject, issuer, validFrom, validTo, fingerprint256 } = certificate;
  const [from, until] = [new Date(validFrom), new Date(validTo)];
  const days = Math.floor((until.getTime() - Date.now()) / DAY_MS);
  const left = days < 0 ? 'expired' : from.getTime() > Date.now() ? 'not valid yet' : `${days} days left`;
  const list = (texts: readonly string[]) => texts.join(', ') || 'none';
  return [
    `  names        ${list(namesOf(certificate))}`,
    `  subject      ${oneLine(subject)}`,
    `  issuer       ${oneLine(issuer)}`,
    `  valid        ${from.toISOString()} until ${until.toISOString()} (${left})`,
    `  uses         ${list(usesOf(certificate))}`,
    `  fingerprint  ${fingerprint256}`,
  ].join('\n');
}

/** A name has its parts on lines, and may have any character in them. */
function oneLine(name: string | undefined): string {
  return (name ?? '').replaceAll('\n', ', ').replaceAll(/[^\x20-\x7e\u00a0-\uffff]/g, '?');
}
