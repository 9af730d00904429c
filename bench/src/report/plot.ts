import { type ScaleBand, type ScaleLinear, scaleBand, scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';

const width = 720;
const left = 190;
const right = 90;

/** One bar, with the words at its end. */
export interface Bar {
  label: string;
  value: number;
  text: string;
  /** Ours are drawn in the accent colour. */
  ours: boolean;
}

/** Horizontal bars from zero, the shortest way to see a ratio. */
export function barPlot(title: string, bars: readonly Bar[]): string {
  const top = 44;
  const height = top + bars.length * 30 + 14;
  const x = scaleLinear([0, Math.max(...bars.map(({ value }) => value), 1e-9)], [left, width - right]);
  const y = scaleBand(
    bars.map((_, index) => String(index)),
    [top, height - 10],
  ).padding(0.25);
  const drawn = bars.map((bar, index) => drawBar(bar, index, x, y));
  return svg(title, height, drawn.join(''));
}

function drawBar(
  { label, value, text, ours }: Bar,
  index: number,
  x: ScaleLinear<number, number>,
  y: ScaleBand<string>,
): string {
  const at = y(String(index)) ?? 0;
  const middle = at + y.bandwidth() / 2 + 4;
  return [
    `<text class="label" x="${left - 8}" y="${middle}" text-anchor="end">${escapeXml(label)}</text>`,
    `<rect class="${ours ? 'ours' : 'other'}" x="${left}" y="${at}" width="${(x(value) - left).toFixed(1)}" height="${y.bandwidth()}" rx="2"/>`,
    `<text class="value" x="${(x(value) + 6).toFixed(1)}" y="${middle}">${escapeXml(text)}</text>`,
  ].join('');
}

/** One line of a line plot. */
export interface Series {
  label: string;
  points: readonly (readonly [x: number, y: number])[];
  ours: boolean;
}

/** Lines over a common horizontal axis, named at their ends. */
export function linePlot(title: string, axes: { x: string; y: string }, series: readonly Series[]): string {
  const height = 380;
  const all = series.flatMap(({ points }) => points);
  const x = scaleLinear([0, Math.max(...all.map(([value]) => value), 1e-9)], [64, width - 150]).nice();
  const y = scaleLinear([0, Math.max(...all.map(([, value]) => value), 1e-9)], [height - 50, 50]).nice();
  const draw = line<readonly [number, number]>(
    ([value]) => x(value),
    ([, value]) => y(value),
  );
  const grid = y
    .ticks(5)
    .map(
      (tick) =>
        `<line class="grid" x1="64" x2="${width - 150}" y1="${y(tick)}" y2="${y(tick)}"/><text class="value" x="58" y="${y(tick) + 4}" text-anchor="end">${y.tickFormat(5)(tick)}</text>`,
    );
  const marks = x
    .ticks(6)
    .map(
      (tick) =>
        `<text class="value" x="${x(tick)}" y="${height - 30}" text-anchor="middle">${x.tickFormat(6)(tick)}</text>`,
    );
  const place = labelPlaces();
  const lines = series.map(({ label, points, ours }) => {
    const [endX, endY] = points.at(-1) ?? [0, 0];
    const at = place(label, x(endX) + 6, y(endY) + 4);
    return `<path class="${ours ? 'ours-line' : 'other-line'}" d="${draw([...points]) ?? ''}"/><text class="label" x="${at.x}" y="${at.y}">${escapeXml(label)}</text>`;
  });
  const names = `<text class="value" x="${(width - 86) / 2}" y="${height - 10}" text-anchor="middle">${escapeXml(axes.x)}</text><text class="value" x="12" y="40">${escapeXml(axes.y)}</text>`;
  return svg(title, height, [...grid, ...marks, names, ...lines].join(''));
}

/** Readable on light and dark pages alike: a ground of its own that follows the reader's preference. */
function svg(title: string, height: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}" font-family="system-ui, sans-serif">
<style>
.ground{fill:#fff}text{fill:#1c2430}.title{font-size:15px;font-weight:600}.label{font-size:13px}.value{font-size:12px;fill:#556}
.ours{fill:#0b6bcb}.other{fill:#aeb6c2}.grid{stroke:#e3e7ec}.ours-line{fill:none;stroke:#0b6bcb;stroke-width:2.5}.other-line{fill:none;stroke:#8d97a5;stroke-width:2}
@media (prefers-color-scheme: dark){.ground{fill:#11161d}text{fill:#e8edf3}.value{fill:#a7b1be}.ours{fill:#4aa3ff}.other{fill:#566070}.grid{stroke:#27303b}.ours-line{stroke:#4aa3ff}}
</style>
<rect class="ground" width="${width}" height="${height}"/>
<text class="title" x="16" y="24">${escapeXml(title)}</text>
${content}
</svg>
`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Gives each label a place of its own: where one is in the way, the next one goes a line lower. */
function labelPlaces(): (label: string, x: number, y: number) => { x: number; y: number } {
  const [lineHeight, characterWidth] = [15, 7];
  const placed: { x: number; y: number; endX: number }[] = [];
  return (label, x, from) => {
    const endX = x + label.length * characterWidth;
    const inTheWay = (y: number) =>
      placed.some((one) => x < one.endX && one.x < endX && Math.abs(one.y - y) < lineHeight);
    let y = from;
    while (inTheWay(y)) y += lineHeight;
    placed.push({ x, y, endX });
    return { x, y };
  };
}
