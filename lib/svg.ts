import { escapeMarkup } from './escapeMarkup.js';

/** The width, colours and fonts of all charts, so that they look alike. */
export const WIDTH = 760;

export const COLOURS = ['#2f5d8a', '#3a9188', '#d39b3c', '#b5483a', '#7a5c99', '#8a8f98'] as const;

/** The font size of the legend, and the mean width of a letter as a fraction of the font size. */
const LEGEND_SIZE = 12;
const MEAN_LETTER = 0.53;

const INK = '#24292f';
const FAINT = '#57606a';
const GRID = '#d8dee4';

export interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly size?: number;
  readonly bold?: boolean;
  readonly faint?: boolean;
}

/** Draws one chart on a white background, so that it is readable on light and dark pages. */
export class Svg {
  private readonly shapes: string[] = [];

  constructor(
    private readonly title: string,
    private readonly height: number,
  ) {
    this.text(24, 32, title, { size: 17, bold: true });
  }

  rect(x: number, y: number, width: number, height: number, colour: string): void {
    this.shapes.push(
      `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${colour}"/>`,
    );
  }

  line(
    x1: number,
    y1: number,
    x2: number,
    y2: number,
    style: { colour?: string; dashed?: boolean } = {},
  ): void {
    const dash = style.dashed ? ' stroke-dasharray="5 4"' : '';
    this.shapes.push(
      `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${style.colour ?? GRID}"${dash}/>`,
    );
  }

  path(points: readonly (readonly [x: number, y: number])[], colour: string): void {
    const d = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
    this.shapes.push(
      `<path d="${d}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-linejoin="round"/>`,
    );
    for (const [x, y] of points)
      this.shapes.push(`<circle cx="${round(x)}" cy="${round(y)}" r="3" fill="${colour}"/>`);
  }

  text(x: number, y: number, text: string, style: TextStyle = {}): void {
    const { anchor = 'start', size = 13, bold = false, faint = false } = style;
    const weight = bold ? ' font-weight="600"' : '';
    this.shapes.push(
      `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}"${weight} fill="${faint ? FAINT : INK}">${escapeMarkup(text)}</text>`,
    );
  }

  /** Draws coloured squares with names in one row. */
  legend(x: number, y: number, entries: readonly (readonly [name: string, colour: string])[]): void {
    let left = x;
    for (const [name, colour] of entries) {
      this.rect(left, y - 10, 12, 12, colour);
      this.text(left + 17, y, name, { size: LEGEND_SIZE });
      left += 17 + name.length * LEGEND_SIZE * MEAN_LETTER + 12;
    }
  }

  toString(): string {
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${this.height}" width="${WIDTH}" height="${this.height}" role="img" aria-label="${escapeMarkup(this.title)}" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif">`,
      `<rect width="${WIDTH}" height="${this.height}" rx="8" fill="#ffffff"/>`,
      ...this.shapes,
      '</svg>',
      '',
    ].join('\n');
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
