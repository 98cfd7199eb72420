import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from '../consoleBrowser.js';
import {
  actAs,
  expectAccessible,
  expectNothingKept,
  tabStopsToContent,
  visitConsole,
} from '../consolePage.js';
import { startCity } from '../startCity.js';

const words = {
  fi: {
    title: 'Ryhmät',
    add: 'Lisää ehto',
    birthYear: 'Syntymävuosi',
    done: 'Valmis',
    sentence: 'syntynyt vuosina 1990–2010',
    price: /vie organisaatiosi kysymysvarasta 4 kysymystä/,
    free: /kysynyt tämän jo tällä kaudella/,
    ask: 'Kysy',
    suppressed: 'suojattu',
    why: /Nolla ja muutama ihminen näyttävät samalta/,
    noise: /satunnaista vaihtelua enintään 6 ihmistä/,
    csv: 'Lataa CSV-tiedostona',
    xlsx: 'Lataa Excel-tiedostona',
    heading: '"Sukupuoli";"Ikä";"Ihmisiä"',
    group: '"Ryhmä";"syntynyt vuosina 1990–2010"',
    decision: '"Päätöstunniste";',
    separator: ';',
    name: 'Kysymyksen nimi',
    save: 'Tallenna tähän selaimeen',
    open: 'Avaa: Nuoret',
    again: 'Aloita alusta',
    opened: /on avattu. Mitään ei ole vielä kysytty/,
    fault: /ei ole Polun tallennettu kysymys/,
  },
  en: {
    title: 'Groups',
    add: 'Add a condition',
    birthYear: 'Year of birth',
    done: 'Done',
    sentence: 'born between 1990 and 2010',
    price: /takes 4 of your organisation’s questions/,
    free: /asked this before in this period/,
    ask: 'Ask',
    suppressed: 'suppressed',
    why: /Zero and a few people look the same/,
    noise: /random noise of at most 6 people/,
    csv: 'Download as CSV',
    xlsx: 'Download as Excel',
    heading: '"Sex","Age","People"',
    group: '"Group","born between 1990 and 2010"',
    decision: '"Decision id",',
    separator: ',',
    name: 'Name of this question',
    save: 'Save in this browser',
    open: 'Open: Nuoret',
    again: 'Start again',
    opened: /is open. Nothing was asked yet/,
    fault: /no saved question of Polku/,
  },
} as const;

/** A question in a file, as another planner sent it. */
const sent = {
  format: 'polku-group-question',
  version: 1,
  name: 'Nuoret',
  where: { all: [{ birthYear: { between: { from: 1990, until: 2010 } } }] },
  asked: { kind: 'table', by: ['SEX', 'AGE_BAND'], years: [2014] },
};

describeInBrowser('a planner finds how many', () => {
  let city: Awaited<ReturnType<typeof startCity>>;
  let browser: Browser;
  let pictures: string;

  beforeAll(async () => {
    [city, browser] = await Promise.all([startCity(), launchBrowser()]);
    pictures = await mkdtemp(join(tmpdir(), 'polku-job-'));
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await city?.stop();
    if (pictures) await rm(pictures, { recursive: true });
  });

  async function download(page: Page, name: string): Promise<Buffer> {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name, exact: true }).click(),
    ]);
    return readFile(await file.path());
  }

  it.each(['fi', 'en'] as const)('in %s', async (language) => {
    const text = words[language];
    const visit = await visitConsole(browser, city.url, { language, path: 'groups' });
    const { page } = visit;
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.postData()?.includes('query GroupQuestion')) asked.push(request.url());
    });
    await actAs(page, 'planner', language);
    await page.getByRole('heading', { level: 1, name: text.title }).waitFor();
    const add = page.getByRole('button', { name: text.add });
    await add.waitFor();
    expect(await tabStopsToContent(page)).toBeLessThanOrEqual(12);
    await expectAccessible(page);

    // Builds the filter by keyboard alone.
    await add.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: text.birthYear }).waitFor();
    await page.keyboard.press('Enter');
    const [from, until] = [page.getByRole('textbox').nth(0), page.getByRole('textbox').nth(1)];
    await from.focus();
    await page.keyboard.type('1990');
    await page.keyboard.press('Tab');
    expect(await until.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.type('2010');
    await page.keyboard.press('Tab');
    await page.getByRole('group', { name: text.sentence }).waitFor();
    await expectAccessible(page);
    await page.getByTestId('price').waitFor();
    await page.screenshot({ path: join(pictures, `filter ${language}.png`), fullPage: true });
    // Nothing was asked by typing.
    expect(asked).toEqual([]);

    // Opens a question that a colleague sent. A file of another kind is refused in words.
    const [other, file] = ['other', 'question'].map((name) => join(pictures, `${name} ${language}.json`));
    await writeFile(other!, '{"some": "file"}');
    await page.locator('input[type=file]').setInputFiles(other!);
    await page.getByText(text.fault).waitFor();
    await writeFile(file!, JSON.stringify(sent));
    await page.locator('input[type=file]').setInputFiles(file!);
    await page.getByText(text.opened).waitFor();
    await page.getByRole('group', { name: text.sentence }).waitFor();
    expect(asked).toEqual([]);

    // Sees the price before asking, asks, and sees what was paid.
    const price = page.getByTestId('price');
    const isFirst = language === 'fi';
    await price.filter({ hasText: isFirst ? text.price : text.free }).waitFor();
    const before = await page.getByTestId('budget').textContent();
    await page.getByRole('button', { name: text.ask, exact: true }).click();
    const answer = page.getByTestId('answer');
    await answer.waitFor();
    expect(asked).toHaveLength(1);
    await price.filter({ hasText: text.free }).waitFor();
    const after = await page.getByTestId('budget').textContent();
    const left = [before, after].map((shown) => Number(/\d+/.exec(shown ?? '')?.[0]));
    expect(left[0]! - left[1]!).toBe(isFirst ? 4 : 0);

    // Reads the table with its suppression, and how it is protected.
    await answer.getByText(text.suppressed, { exact: true }).first().waitFor();
    await answer.getByText(text.why).waitFor();
    await answer.getByText(text.noise).waitFor();
    await expectAccessible(page);
    await page.screenshot({ path: join(pictures, `answer ${language}.png`), fullPage: true });

    // The files hold what the page shows.
    const csv = (await download(page, text.csv)).toString('utf8');
    expect(csv).toContain(text.heading);
    expect(csv).toContain(text.group);
    expect(csv).toContain(text.decision);
    const shown = await answer
      .locator('tr')
      .evaluateAll((found) => found.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
    // The table has a row for each sex, and a column for each age.
    const [[, ...ages] = [], ...sexes] = shown;
    const rows = sexes.flatMap(([sex, ...counts]) => counts.map((people, at) => [sex, ages[at], people]));
    const lines = csv.split('\r\n').slice(1, rows.length + 1);
    expect(lines.toSorted()).toEqual(
      rows
        .map(([sex, age, people]) =>
          [`"${sex}"`, `"${age}"`, people === text.suppressed ? '' : people!.replace(/\D/g, '')].join(
            text.separator,
          ),
        )
        .toSorted(),
    );
    expect(rows.some(([, , people]) => people !== text.suppressed)).toBe(true);
    const workbook = await download(page, text.xlsx);
    expect(workbook.subarray(0, 2).toString()).toBe('PK');
    expect(workbook.includes('xl/workbook.xml')).toBe(true);

    // Keeps the question in this browser, and opens it again.
    await page.getByRole('button', { name: text.save }).click();
    await page.getByRole('button', { name: text.again }).click();
    await page.getByRole('group', { name: text.sentence }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: text.open }).click();
    await page.getByRole('group', { name: text.sentence }).waitFor();
    expect(asked).toHaveLength(1);
    await expectAccessible(page);
    await expectNothingKept(visit);
    await page.context().close();
  });
});
