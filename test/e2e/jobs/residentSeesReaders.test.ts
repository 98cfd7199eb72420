import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { describeInBrowser, launchBrowser } from '../consoleBrowser.js';
import { actAs, expectAccessible, expectNothingKept, visitConsole } from '../consolePage.js';
import { startCity } from '../startCity.js';

const words = {
  fi: {
    title: 'Omat tiedot',
    tabs: ['Palvelupolkuni', 'Kuka on katsonut tietojani', 'Mallit', 'Oikeuteni', 'Lataa'],
    inWords: 'Sanoin',
    reader: 'Perhepalvelut',
    purpose: 'Lastensuojelu',
    law: 'Lastensuojelulaki (417/2007)',
    showOwn: 'Näytä myös omat katseluni',
    you: 'Sinä itse',
    notUsed: /ei ole kahden viime vuoden aikana käytetty mallin opettamiseen/,
    object: 'Miten vastustan käyttöä',
    article: '21 artiklan',
    owner: 'Terveyspalvelut',
    month: /kuukauden kuluessa/,
    download: 'Lataa tiedostona',
    done: /on valmis/,
  },
  en: {
    title: 'My data',
    tabs: ['My path', 'Who has read my data', 'Models', 'My rights', 'Download'],
    inWords: 'In words',
    reader: 'Family services',
    purpose: 'Child protection',
    law: 'Child Welfare Act (417/2007)',
    showOwn: 'Show also when I looked myself',
    you: 'You yourself',
    notUsed: /your data trained no model/,
    object: 'How to object',
    article: 'Article 21',
    owner: 'Health services',
    month: /within one month/,
    download: 'Download as a file',
    done: /is ready/,
  },
} as const;

interface OwnFile {
  readonly format: string;
  readonly person: { readonly id: string; readonly servicePath: { readonly steps: readonly unknown[] } };
  readonly readBy: {
    readonly isComplete: boolean;
    readonly reads: readonly { readonly purpose: { readonly id: string } }[];
  };
  readonly missing: readonly string[];
}

describeInBrowser('a resident sees who has read their data', () => {
  let city: Awaited<ReturnType<typeof startCity>>;
  let browser: Browser;
  let pictures: string;
  /** The ids of people as the family team and the resident know them. */
  let teamIds: readonly string[];

  async function ask(persona: string, purpose: string, query: string): Promise<Record<string, unknown>> {
    const post = (path: string, body: object, headers = {}) =>
      fetch(`${city.url}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const { token } = (await (await post('/dev/token', { persona })).json()) as { token: string };
    const answer = await post(
      '/graphql',
      { query },
      { Authorization: `Bearer ${token}`, 'Purpose-Of-Use': purpose },
    );
    const { data, errors } = (await answer.json()) as { data: Record<string, unknown>; errors?: unknown };
    expect(errors).toBeUndefined();
    return data;
  }

  beforeAll(async () => {
    [city, browser] = await Promise.all([startCity(), launchBrowser()]);
    pictures = await mkdtemp(join(tmpdir(), 'polku-job-'));
    // The family team reads the data of its clients. The resident is one of them.
    const { persons } = (await ask(
      'family-team',
      'child-protection',
      '{ persons(first: 100) { nodes { id birthYear servicePath { steps { startedAt } } } } }',
    )) as { persons: { nodes: readonly { id: string }[] } };
    teamIds = persons.nodes.map(({ id }) => id);
    expect(teamIds.length).toBeGreaterThan(1);
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await city?.stop();
    if (pictures) await rm(pictures, { recursive: true });
  });

  it.each(['fi', 'en'] as const)('in %s', async (language) => {
    const text = words[language];
    const [path, readers, models, rights, download] = text.tabs;
    const visit = await visitConsole(browser, city.url, { language, path: 'own-data' });
    const { page } = visit;
    await actAs(page, 'resident', language);
    await page.getByRole('heading', { level: 1, name: text.title }).waitFor();
    const picture = (name: string) =>
      page.screenshot({ path: join(pictures, `${name} ${language}.png`), fullPage: true });
    const open = (name: string) => page.getByRole('tab', { name, exact: true }).click();

    // The own path.
    await page.getByRole('tab', { name: path, exact: true, selected: true }).waitFor();
    await page.locator('.bar').first().waitFor();
    const bars = await page.locator('.bar').count();
    await expectAccessible(page);
    await picture('path');
    await page.getByRole('tab', { name: text.inWords }).click();
    expect(await page.locator('.path-view [role=tabpanel] .step-year li').count()).toBe(bars);

    // Who has read it, for which purpose, by which law; own reads only on request.
    await open(readers);
    const read = page.locator('.own-read').filter({ hasText: text.reader }).first();
    await read.waitFor();
    const facts = (await read.textContent())!;
    expect(facts).toContain(text.purpose);
    expect(facts).toContain(text.law);
    expect(facts).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
    expect(await page.getByText(text.you, { exact: true }).count()).toBe(0);
    await page.getByRole('checkbox', { name: text.showOwn }).press('Space');
    await page.getByText(text.you, { exact: true }).first().waitFor();
    await expectAccessible(page);
    await picture('readers');

    // Nothing of theirs has trained a model; how to object.
    await open(models);
    await page.getByText(text.notUsed).waitFor();
    await page.getByRole('heading', { name: text.object }).waitFor();
    expect(await page.getByRole('tabpanel').textContent()).toContain(text.article);
    await expectAccessible(page);
    await picture('models');

    // Who answers, and how long it takes.
    await open(rights);
    await page.getByRole('rowheader', { name: text.owner }).waitFor();
    expect(await page.getByRole('row').count()).toBe(5);
    await page.getByText(text.month).waitFor();
    await expectAccessible(page);
    await picture('rights');

    // The file has everything that the page showed, and names nobody else.
    await open(download);
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: text.download }).click();
    const saved = await saving;
    await page.getByText(text.done).waitFor();
    await expectAccessible(page);
    await picture('download');
    expect(saved.suggestedFilename()).toBe('polku-own-data.json');
    const content = await readFile(await saved.path(), 'utf8');
    const file = JSON.parse(content) as OwnFile;
    expect(file.format).toBe('polku-own-data');
    expect(file.missing).toEqual([]);
    expect(file.person.servicePath.steps).toHaveLength(bars);
    expect(file.readBy.isComplete).toBe(true);
    expect(file.readBy.reads.map(({ purpose }) => purpose.id)).toContain('child-protection');
    expect(teamIds.filter((id) => content.includes(id))).toEqual([]);
    expect(personIdsIn(file.person)).toEqual([file.person.id]);

    await expectNothingKept(visit, [file.person.id, ...teamIds]);
    await page.context().close();
  });
});

/** The id at the top, and every id of an object below a key `person`. */
function personIdsIn(value: unknown, key = 'person'): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => personIdsIn(each, key));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'id' && key === 'person' ? [String(inner)] : personIdsIn(inner, name),
  );
}
