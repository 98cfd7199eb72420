import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { identifyingTexts } from '../../city/identifyingTexts.js';
import { makeCity, type TestCity } from '../../city/makeCity.js';
import { serveCity, type ServedCity } from '../../city/serveCity.js';
import { describeInBrowser, launchBrowser } from '../consoleBrowser.js';
import { actAs, expectAccessible, expectNothingKept, visitConsole } from '../consolePage.js';

const words = {
  fi: {
    title: 'Loki',
    waiting: /\d käyttökert(a|aa) odotta/,
    review: /^Tarkista käyttö/,
    verdict: /^Perusteltu/,
    comment: 'Perustelu',
    sign: 'Kuittaa tarkistetuksi',
    reviewed: 'Tarkistetut',
    justified: /Perusteltu – log-controller/,
    person: 'Henkilön mukaan',
    code: 'Henkilötunnus',
    search: 'Hae',
    found: 'Päätökset, joilla tämän henkilön tietoja on luettu',
    open: /^Avaa päätös/,
    close: 'Sulje',
    invalid: /ei ole suomalainen henkilötunnus/,
    unusual: 'Poikkeava käyttö',
    find: 'Etsi poikkeava käyttö',
    finding: 'Toistuva hätäkäyttö',
    verification: 'Eheys',
    verify: 'Tarkista lokin eheys',
    whole: /Loki on ehjä/,
    compare: 'Vertaa lokeja',
    agree: /Lokit täsmäävät/,
    export: 'Vienti',
    save: 'Tallenna tiedostoon',
    saved: /Tallennettiin/,
  },
  en: {
    title: 'Log',
    waiting: /\d uses? waits? for a review/,
    review: /^Review the use/,
    verdict: /^Justified/,
    comment: 'Why',
    sign: 'Sign off',
    reviewed: 'Reviewed',
    justified: /Justified – log-controller/,
    person: 'By person',
    code: 'Identity code',
    search: 'Search',
    found: 'Decisions that read data of this person',
    open: /^Open the decision/,
    close: 'Close',
    invalid: /not a Finnish identity code/,
    unusual: 'Unusual access',
    find: 'Find unusual access',
    finding: 'Break-glass again and again',
    verification: 'Verification',
    verify: 'Verify the log',
    whole: /The log is whole/,
    compare: 'Compare the logs',
    agree: /The logs agree/,
    export: 'Export',
    save: 'Save as a file',
    saved: /Saved/,
  },
} as const;

const REASON = 'unconscious at the scene';

describeInBrowser('a log controller reviews a use of break-glass', () => {
  let city: TestCity;
  let served: ServedCity;
  let browser: Browser;
  let pictures: string;
  let code: string;
  const ids = new Set<string>();

  beforeAll(async () => {
    city = await makeCity();
    [served, browser] = await Promise.all([serveCity(city), launchBrowser()]);
    pictures = process.env['KEEP_PICTURES'] ?? (await mkdtemp(join(tmpdir(), 'polku-job-')));
    [code] = [...(await identifyingTexts(city.exports)).codes] as [string];
    for (let use = 0; use < 4; use++) await breakGlass();
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await served?.stop();
    await city?.remove();
    if (pictures && !process.env['KEEP_PICTURES']) await rm(pictures, { recursive: true });
  });

  /** A doctor reads a person without a care relationship, and says why. */
  async function breakGlass(): Promise<void> {
    const post = (path: string, body: object, headers: Record<string, string> = {}) =>
      fetch(new URL(path, served.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const { token } = (await (await post('/dev/token', { persona: 'doctor' })).json()) as { token: string };
    const query =
      'query ($code: IdentityCode!) { personByIdentityCode(code: $code) { id healthContacts { service { code } } } }';
    const headers = {
      authorization: `Bearer ${token}`,
      'purpose-of-use': 'care',
      'polku-break-glass': REASON,
    };
    const answer = (await (await post('/graphql', { query, variables: { code } }, headers)).json()) as {
      data: { personByIdentityCode: { id: string } };
    };
    ids.add(answer.data.personByIdentityCode.id);
  }

  it.each(['fi', 'en'] as const)('in %s', async (language) => {
    const text = words[language];
    const visit = await visitConsole(browser, served.url.href, { language, path: 'log' });
    const { page } = visit;
    const picture = (name: string) =>
      page.screenshot({ path: join(pictures, `${name} ${language}.png`), fullPage: true });
    page.on('response', (response) => {
      if (!response.url().endsWith('/graphql')) return;
      const read = response.json() as Promise<{ data?: { personByIdentityCode?: { id: string } | null } }>;
      read
        .then(({ data }) => data?.personByIdentityCode && ids.add(data.personByIdentityCode.id))
        .catch(() => {});
    });
    await actAs(page, 'log-controller', language);
    await page.getByRole('heading', { level: 1, name: text.title }).waitFor();

    // Finds the use, reads the reason and signs it off.
    await page.getByText(text.waiting).waitFor();
    await page.getByRole('cell', { name: REASON }).first().waitFor();
    await expectAccessible(page);
    await picture('glass');
    const uses = page.getByRole('button', { name: text.review });
    const before = await uses.count();
    await uses.first().click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.textContent()).toContain('doctor');
    expect(await dialog.getByRole('button', { name: text.sign }).isDisabled()).toBe(true);
    await dialog.getByRole('radio', { name: text.verdict }).check({ force: true });
    await dialog.getByRole('textbox', { name: text.comment }).fill(`the ward confirmed it, ${language}`);
    await expectAccessible(page);
    await picture('review');
    await dialog.getByRole('button', { name: text.sign }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.waitForFunction(
      ([name, count]) =>
        [...document.querySelectorAll('button')].filter((button) =>
          new RegExp(name as string).test(button.getAttribute('aria-label') ?? ''),
        ).length === count,
      [text.review.source, before - 1] as const,
    );
    await page
      .getByRole('radio', { name: text.reviewed })
      .or(page.getByRole('button', { name: text.reviewed }))
      .first()
      .click();
    await page.getByText(text.justified).first().waitFor();

    // Finds who read the person's data. The code leaves no trace.
    await page.getByRole('tab', { name: text.person }).click();
    const box = page.getByRole('textbox', { name: text.code });
    await box.fill(code);
    await page.getByRole('button', { name: text.search, exact: true }).click();
    const table = page.getByRole('table', { name: text.found });
    await table.waitFor();
    expect(await box.inputValue()).toBe('');
    expect(await table.getByRole('cell', { name: 'doctor' }).count()).toBeGreaterThanOrEqual(4);
    expect(await page.content()).not.toContain(code);
    await expectAccessible(page);
    await picture('person');
    await table.getByRole('button', { name: text.open }).first().click();
    await page.getByRole('dialog').getByText('personByIdentityCode').first().waitFor({ state: 'attached' });
    await expectAccessible(page);
    await page.getByRole('dialog').getByRole('button', { name: text.close }).click();
    await box.fill('010199-9999');
    await page.getByRole('button', { name: text.search, exact: true }).click();
    await page.getByText(text.invalid).waitFor();

    // The rules find that the doctor did it again and again.
    await page.getByRole('tab', { name: text.unusual }).click();
    await page.getByRole('button', { name: text.find }).click();
    await page.getByRole('heading', { name: text.finding }).first().waitFor();
    await expectAccessible(page);
    await picture('unusual');

    // The log is whole, and agrees with those of the registries.
    await page.getByRole('tab', { name: text.verification }).click();
    await page.getByRole('button', { name: text.verify }).click();
    await page.getByText(text.whole).waitFor();
    await page.getByRole('button', { name: text.compare }).click();
    await page.getByText(text.agree).waitFor();
    await expectAccessible(page);
    await picture('verification');

    // Exports it: people are numbers, and no code is in it.
    await page.getByRole('tab', { name: text.export }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: text.save }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/^polku-log-\d{4}-\d\d-\d\d\.ndjson$/);
    const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\n');
    const decisions = lines.map((line) => JSON.parse(line) as { reader: string; breakGlass: string | null });
    expect(decisions.filter(({ breakGlass }) => breakGlass === REASON)).toHaveLength(4);
    expect(lines.join('')).not.toContain(code);
    await page.getByText(text.saved).waitFor();
    await picture('export');
    // The fields of the filter fit into its columns on a tablet.
    await page.setViewportSize({ width: 768, height: 1024 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(768);

    expect(ids.size).toBeGreaterThanOrEqual(2);
    const content = await page.content();
    expect([...ids].filter((id) => content.includes(id))).toEqual([]);
    await expectNothingKept(visit, [...ids, code]);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('tab').first().click();
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await picture('telephone');
    await page.context().close();
  });
});
