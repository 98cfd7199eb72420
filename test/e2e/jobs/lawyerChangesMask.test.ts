import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { DATA_OWNER } from '../../city/productionCity.js';
import { until } from '../../city/until.js';
import { describeInBrowser, launchBrowser } from '../consoleBrowser.js';
import { choose, type ConsoleLanguage, expectAccessible, expectNothingKept } from '../consolePage.js';
import { openAs, type SignedCity, startSignedCity } from '../signedCity.js';

const words = {
  fi: {
    matrix: 'Kuka saa nähdä mitä',
    search: 'Haku',
    chapter: 'Vain pääluokka',
    law: 'Laki:',
    passkey: 'Pääsyavain',
    person: 'Tehtäväsi tunniste',
    make: 'Luo pääsyavain',
    propose: 'Ehdota muutosta',
    file: 'Tiedosto',
    text: /teksti$/,
    change: /^Muuta, kuka/,
    laws: 'Lait',
    wider: 'Näyttää enemmän',
    reason: 'Peruste',
    overrule: 'Miksi hylätyt testit eivät haittaa',
    proposeNow: 'Ehdota pääsyavaimella',
    changes: 'Muutokset',
    revision: 'Versio',
    approve: 'Hyväksy …',
    approveNow: 'Hyväksy pääsyavaimella',
    inForce: 'Voimassa',
    goBack: 'Palaa tähän versioon …',
    comment: 'Kommentoi …',
    commentNow: 'Kommentoi pääsyavaimella',
    renew: 'Jatka voimassaoloa …',
    renewed: 'Teksti pysyy ennallaan',
    because: 'Tiimi tarvitsee diagnoosiryhmän',
  },
  en: {
    matrix: 'Who may see what',
    search: 'Search',
    chapter: 'Only the chapter',
    law: 'Law:',
    passkey: 'Passkey',
    person: 'Id of your office',
    make: 'Make passkey',
    propose: 'Propose a change',
    file: 'File',
    text: /^Text of/,
    change: /^Change who/,
    laws: 'Laws',
    wider: 'Shows more',
    reason: 'Reason',
    overrule: 'Why failing tests do not matter',
    proposeNow: 'Propose with passkey',
    changes: 'Changes',
    revision: 'Revision',
    approve: 'Approve …',
    approveNow: 'Approve with passkey',
    inForce: 'In force',
    goBack: 'Go back to this revision …',
    comment: 'Comment …',
    commentNow: 'Comment with passkey',
    renew: 'Renew …',
    renewed: 'The text stays as it is',
    because: 'The team needs the group of a diagnosis',
  },
} as const;

/** The family team sees the block of a diagnosis instead of the chapter. */
const finer = (yaml: string) =>
  yaml.replace('diagnosis: { mask: icd10-chapter }', 'diagnosis: { mask: icd10-block }');

describeInBrowser('a lawyer changes a mask', () => {
  let browser: Browser;
  let city: SignedCity;
  let pictures: string;

  beforeAll(async () => {
    browser = await launchBrowser();
    city = await startSignedCity({ lawyer: DATA_OWNER, colleague: DATA_OWNER });
    pictures = await mkdtemp(join(tmpdir(), 'polku-job-'));
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await city?.stop();
    if (pictures) await rm(pictures, { recursive: true });
  });

  it.each(['fi', 'en'] as const)(
    'a colleague approves on the difference, and both go back: in %s',
    (language) => changeMask(language),
    600_000,
  );

  async function changeMask(language: ConsoleLanguage & keyof typeof words): Promise<void> {
    const text = words[language];
    // Each language changes what the one before it went back to.
    const { inForce, revisions } = await city.signed.revisionService.history();
    const present = inForce!.sequence;
    const [proposed, restored] = [revisions.length + 1, revisions.length + 2];
    const lawyer = await openAs(browser, city, 'lawyer', { language });
    const colleague = await openAs(browser, city, 'colleague', { language });
    const { page } = lawyer;
    const picture = (of: Page, name: string) =>
      of.screenshot({ path: join(pictures, `${name} ${language}.png`), fullPage: true });

    // Both make a passkey, and the operators add what the page shows to owners.yaml.
    for (const [visit, person] of [
      [lawyer, 'health-1'],
      [colleague, 'health-2'],
    ] as const) {
      await openPart(visit.page, text.passkey);
      await visit.page.getByRole('textbox', { name: text.person }).fill(person);
      await visit.page.getByRole('button', { name: text.make, exact: true }).click();
      const lines = await visit.page.locator('.owners-lines').textContent();
      expect(lines).toMatch(new RegExp(`${person}:\\s+login: "\\w+"\\s+passkeys:`));
      await city.addPasskey(lines!);
      await expectAccessible(visit.page);
      await visit.page.reload();
    }

    // The lawyer looks at who sees diagnoses, and why.
    await openPart(page, text.matrix);
    await page.getByRole('searchbox', { name: text.search }).fill('HealthContact.diagnosis');
    const cell = page.getByRole('grid').getByRole('button', { name: text.chapter }).first();
    await cell.waitFor();
    await expectAccessible(page);
    await picture(page, 'matrix');
    // The focus goes to the row; arrow keys walk through its cells.
    await cell.focus();
    for (let step = 0; step < 20 && !(await isFocused(cell)); step++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('health/family-team').waitFor();
    expect(await dialog.textContent()).toContain(`${text.law} 417/2007`);
    await expectAccessible(page);
    await picture(page, 'why');
    await page.keyboard.press('Escape');

    // The lawyer proposes a finer mask.
    await openPart(page, text.propose);
    await choose(page, text.file, 'health.yaml');
    const yaml = page.getByRole('textbox', { name: text.text });
    await yaml.fill(finer(await yaml.inputValue()));
    const grant = page.locator('.grant', { hasText: 'family-team' });
    await grant.getByRole('button', { name: text.change }).click();
    await grant.getByRole('textbox', { name: text.laws }).fill('417/2007\n542/2019 §3');
    expect(await yaml.inputValue()).toContain('basis: [417/2007, 542/2019 §3]');
    // The draft is checked by itself.
    await page.getByText(text.wider).first().waitFor();
    await page.getByRole('textbox', { name: text.reason, exact: true }).fill(text.because);
    const overrule = page.getByRole('textbox', { name: text.overrule });
    if (await overrule.isVisible()) await overrule.fill(text.because);
    await expectAccessible(page);
    await picture(page, 'proposal');
    await page.getByRole('button', { name: text.proposeNow }).click();
    await page.getByRole('button', { name: text.approve }).waitFor();

    // The colleague reads the difference, comments, and approves.
    const { page: second } = colleague;
    await openPart(second, text.changes);
    await second.getByRole('link', { name: new RegExp(`^${text.revision} ${proposed}:`) }).click();
    await second.getByText(text.wider).first().waitFor();
    expect(await second.locator('.changes').first().textContent()).toContain('HealthContact.diagnosis');
    await expectAccessible(second);
    await picture(second, 'revision');
    await second.getByRole('button', { name: text.comment }).click();
    await second.getByRole('textbox', { name: text.reason }).fill('OK');
    await second.getByRole('button', { name: text.commentNow }).click();
    await second.getByText('health-2,').waitFor();
    await second.getByRole('button', { name: text.approve }).click();
    await expectAccessible(second);
    await picture(second, 'approval');
    await second.getByRole('button', { name: text.approveNow }).click();
    await second.locator('.standing-in_force').waitFor();
    await masked(second, 'icd10-block');

    // Both go back.
    await second.goto(`${city.url}/#/policies/revisions/${present}`);
    await second.getByRole('link', { name: text.goBack }).click();
    await second.getByRole('textbox', { name: text.reason, exact: true }).waitFor();
    await second.getByRole('textbox', { name: text.reason, exact: true }).fill(text.because);
    await expectAccessible(second);
    await picture(second, 'rollback');
    await second.getByRole('button', { name: text.proposeNow }).click();
    await second.getByRole('button', { name: text.approve }).waitFor();
    await page.reload();
    await page.goto(`${city.url}/#/policies/revisions/${restored}`);
    await page.getByRole('button', { name: text.approve }).click();
    await page.getByRole('button', { name: text.approveNow }).click();
    await page.locator('.standing-in_force').waitFor();
    await masked(page, 'icd10-chapter');

    // The policies expire in 50 days; the colleague proposes to renew a file.
    await second.getByRole('link', { name: text.renew }).click();
    await second.locator('.react-aria-Checkbox', { hasText: 'health.yaml' }).click();
    await second.getByText(text.renewed).waitFor();
    await second.getByRole('textbox', { name: text.reason, exact: true }).fill(text.because);
    await expectAccessible(second);
    await picture(second, 'renewal');
    await second.getByRole('button', { name: text.proposeNow }).click();
    await second.getByRole('button', { name: text.approve }).waitFor();

    for (const visit of [lawyer, colleague]) {
      await expectNothingKept(visit);
      await visit.page.context().close();
    }
  }
});

async function openPart(page: Page, name: string): Promise<void> {
  await page.locator('.sub-pages').getByRole('link', { name, exact: true }).click();
}

function isFocused(element: Locator): Promise<boolean> {
  return element.evaluate((found) => found === document.activeElement);
}

/** Waits until the gateway shows family teams a diagnosis under this mask. */
async function masked(page: Page, mask: string): Promise<void> {
  await until(async () => (await page.evaluate(maskInForce)) === mask);
}

/** Runs in the browser of somebody who has logged in. */
async function maskInForce(): Promise<string | undefined> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Purpose-Of-Use': 'policy-administration' },
    body: JSON.stringify({
      query:
        '{ explainPolicy(coordinate: "HealthContact.diagnosis", purpose: "child-protection", role: "family-team-worker") { ways { mask } } }',
    }),
  });
  const { data } = (await response.json()) as { data: { explainPolicy: { ways: { mask: string }[] } } };
  return data.explainPolicy.ways[0]?.mask;
}
