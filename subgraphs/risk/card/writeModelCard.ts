import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Factor } from '../../registry/factors/factor.js';
import { writeDurably } from '../../storage/durableFile.js';
import type { RiskEvaluation } from '../evaluation/evaluation.js';
import type { RiskModel } from '../model/riskModel.js';
import { cardContent } from './cardContent.js';
import { cardHtml } from './cardHtml.js';
import { cardMarkdown } from './cardMarkdown.js';

const PICTURES = 'pictures';

/**
 * Writes a model's card to a folder: `card.html`, which needs no other file, and `card.md` with its pictures beside it.
 * @returns the files
 */
export async function writeModelCard(
  model: RiskModel,
  evaluation: RiskEvaluation,
  factors: readonly Factor[],
  folder: string,
): Promise<readonly string[]> {
  const blocks = cardContent(model, evaluation, factors);
  await mkdir(join(folder, PICTURES), { recursive: true });
  const files: (readonly [name: string, text: string])[] = [
    ['card.html', cardHtml(blocks)],
    ['card.md', cardMarkdown(blocks, PICTURES)],
  ];
  for (const block of blocks)
    if (block.kind === 'picture') files.push([join(PICTURES, block.file), block.svg]);
  for (const [name, text] of files) await writeDurably(join(folder, name), text);
  return files.map(([name]) => join(folder, name));
}
