import { escapeMarkup } from '../../lib/escapeMarkup.js';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../lib/durableFile.js';
import type { Feature } from '../../registry-kit/features/feature.js';
import type { RiskEvaluation } from '../evaluation/evaluation.js';
import type { RiskModel } from '../model/riskModel.js';
import { type Block, cardContent } from './cardContent.js';

const PICTURES = 'pictures';

/**
 * Writes a model's card to a folder: a self-contained `card.html`, and `card.md` with a folder of pictures
 * next to it.
 * @returns the files
 */
export async function writeModelCard(
  model: RiskModel,
  evaluation: RiskEvaluation,
  factors: readonly Feature[],
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

/** @param pictures the folder of the pictures, next to the page */
function cardMarkdown(blocks: readonly Block[], pictures: string): string {
  return `${blocks.map((block) => markdown(block, pictures)).join('\n\n')}\n`;
}

function markdown(block: Block, pictures: string): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${block.text}`;
    case 'text':
      return block.text;
    case 'list':
      return block.items.map((item) => `- ${item}`).join('\n');
    case 'table': {
      const row = (cells: readonly string[]) =>
        `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
      return [row(block.head), row(block.head.map(() => '---')), ...block.rows.map(row)].join('\n');
    }
    case 'picture':
      return `![${block.title}](${pictures}/${block.file})`;
  }
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#24292f;background:#fff}table{border-collapse:collapse;margin:1rem 0;font-size:.875rem}th,td{border:1px solid #d8dee4;padding:.25rem .5rem;text-align:left}svg{max-width:100%;height:auto}';

/** A self-contained page. */
function cardHtml(blocks: readonly Block[]): string {
  const title = blocks.find((block) => block.kind === 'heading');
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><title>${escapeMarkup(title?.text ?? '')}</title><style>${STYLE}</style></head>`,
    '<body>',
    ...blocks.map(html),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function html(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${escapeMarkup(block.text)}</h${block.level}>`;
    case 'text':
      return `<p>${escapeMarkup(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escapeMarkup(item)}</li>`).join('')}</ul>`;
    case 'table': {
      const row = (cells: readonly string[], tag: string) =>
        `<tr>${cells.map((cell) => `<${tag}>${escapeMarkup(cell)}</${tag}>`).join('')}</tr>`;
      return `<table>${row(block.head, 'th')}${block.rows.map((cells) => row(cells, 'td')).join('')}</table>`;
    }
    case 'picture':
      return block.svg;
  }
}
