import type { Result } from './report.ts';
import { spread } from './ratio.ts';

interface Bar {
  readonly label: string;
  /** Seconds. */
  readonly value: number;
  readonly color: string;
}

const COLORS = { floor: '#9aa5b1', operator: '#2f6fde', oneByOne: '#c2571a' };
const LEFT = 250;
const WIDTH = 860;
const BAR = 20;
const GROUP_GAP = 26;
/** Bars of a shorter time than this are not drawn shorter. */
const SHORTEST_SECONDS = 0.01;

/** A picture (SVG) of medians, with one group of bars for each number of objects, on a logarithmic scale of seconds. */
export function chart(results: readonly Result[]): string {
  const groups = results.map((result) => ({ title: `${result.count} ${result.kind}`, bars: barsOf(result) }));
  const longest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const parts: string[] = [];
  let y = 34;
  for (const { title, bars } of groups) {
    parts.push(text({ x: 12, y: y + 14, words: title, weight: 'bold' }));
    y += 24;
    for (const bar of bars) {
      parts.push(draw(bar, { y, longest }));
      y += BAR + 4;
    }
    y += GROUP_GAP;
  }
  const head = text({ x: 12, y: 20, words: 'Seconds from the start of the process, median; logarithmic scale' });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="white"/>
${[head, ...parts].join('\n')}
</svg>
`;
}

function barsOf({ floor, lives, oneByOne }: Result): readonly Bar[] {
  const bar = (label: string, color: string, valuesMs: readonly number[]): readonly Bar[] =>
    valuesMs.length === 0 ? [] : [{ label, color, value: spread(valuesMs).median / 1000 }];
  const starts = lives.map(({ start }) => start);
  const inOpenSearch = ({ inOpenSearchMs }: { readonly inOpenSearchMs: number }): number => inOpenSearchMs;
  const told = ({ toldMs }: { readonly toldMs: number }): number => toldMs;
  return [
    ...bar('floor: in OpenSearch', COLORS.floor, floor.map(inOpenSearch)),
    ...bar('operator: in OpenSearch', COLORS.operator, starts.map(inOpenSearch)),
    ...bar('one by one: in OpenSearch', COLORS.oneByOne, oneByOne),
    ...bar('floor: statuses written', COLORS.floor, floor.map(told)),
    ...bar('operator: statuses written', COLORS.operator, starts.map(told)),
  ];
}

function draw({ label, value, color }: Bar, { y, longest }: { readonly y: number; readonly longest: number }): string {
  const scale = (seconds: number): number => Math.log10(Math.max(seconds, SHORTEST_SECONDS) / SHORTEST_SECONDS);
  const width = Math.max(1, Math.round(((WIDTH - LEFT - 80) * scale(value)) / scale(longest)));
  return [
    text({ x: 24, y: y + 15, words: label }),
    `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR}" fill="${color}"/>`,
    text({ x: LEFT + width + 6, y: y + 15, words: `${value.toFixed(2)} s` }),
  ].join('\n');
}

function text(at: {
  readonly x: number;
  readonly y: number;
  readonly words: string;
  readonly weight?: string;
}): string {
  const weight = at.weight === undefined ? '' : ` font-weight="${at.weight}"`;
  return `<text x="${at.x}" y="${at.y}"${weight}>${at.words}</text>`;
}
