import type { Block } from './cardContent.js';

/** @param pictures the folder of the pictures, beside the page */
export function cardMarkdown(blocks: readonly Block[], pictures: string): string {
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
