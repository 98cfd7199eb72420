import type { Block } from './cardContent.js';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#24292f;background:#fff}table{border-collapse:collapse;margin:1rem 0;font-size:.875rem}th,td{border:1px solid #d8dee4;padding:.25rem .5rem;text-align:left}svg{max-width:100%;height:auto}';

/** A page that needs no other file. */
export function cardHtml(blocks: readonly Block[]): string {
  const title = blocks.find((block) => block.kind === 'heading');
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><title>${escape(title?.text ?? '')}</title><style>${STYLE}</style></head>`,
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
      return `<h${block.level}>${escape(block.text)}</h${block.level}>`;
    case 'text':
      return `<p>${escape(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escape(item)}</li>`).join('')}</ul>`;
    case 'table': {
      const row = (cells: readonly string[], tag: string) =>
        `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
      return `<table>${row(block.head, 'th')}${block.rows.map((cells) => row(cells, 'td')).join('')}</table>`;
    }
    case 'picture':
      return block.svg;
  }
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
