/** A chart of time and memory against states, all three by powers of ten, as SVG. */

const [width, height] = [640, 360];
const plot = { left: 60, right: width - 70, top: 24, bottom: height - 48 };

const statesRange = [4, 8];
const series = [
  { key: 'cpuSeconds', says: 'CPU seconds', range: [-1, 3], color: '#b3472d', side: 'left' },
  { key: 'peakMiB', says: 'peak memory, MiB', range: [1, 5], color: '#2d6cb3', side: 'right' },
];

const scale = (value, [from, to], [start, end]) =>
  start + ((Math.log10(value) - from) / (to - from)) * (end - start);
const x = (states) => scale(states, statesRange, [plot.left, plot.right]);
const superscript = (power) => [...String(power)].map((c) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[c] ?? '⁻').join('');
const text = (at, content, more = '') =>
  `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" ${more}>${content}</text>`;
const line = (from, to, more) =>
  `<line x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}" ${more}/>`;

/** @param points with statesDistinct, cpuSeconds and peakMiB, by growing states */
export function chartOf(points) {
  const parts = [];
  for (let power = statesRange[0]; power <= statesRange[1]; power++) {
    const at = x(10 ** power);
    parts.push(line([at, plot.top], [at, plot.bottom], 'class="grid"'));
    parts.push(text([at, plot.bottom + 18], `10${superscript(power)}`, 'text-anchor="middle"'));
  }
  parts.push(text([(plot.left + plot.right) / 2, height - 8], 'states', 'text-anchor="middle"'));
  for (const { key, says, range, color, side } of series) {
    const y = (value) => scale(value, range, [plot.bottom, plot.top]);
    const isLeft = side === 'left';
    for (let power = range[0]; power <= range[1]; power++) {
      const at = [isLeft ? plot.left - 8 : plot.right + 8, y(10 ** power) + 4];
      const anchor = `text-anchor="${isLeft ? 'end' : 'start'}" fill="${color}"`;
      parts.push(text(at, `10${superscript(power)}`, anchor));
      if (isLeft) {
        const level = y(10 ** power);
        parts.push(line([plot.left, level], [plot.right, level], 'class="grid"'));
      }
    }
    const at = [isLeft ? plot.left : plot.right, 14];
    parts.push(text(at, says, `text-anchor="${isLeft ? 'start' : 'end'}" fill="${color}"`));
    const places = points.map((p) => [x(p.statesDistinct).toFixed(1), y(p[key]).toFixed(1)]);
    const path = places.map((place) => place.join()).join(' ');
    parts.push(`<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`);
    for (const [index, [cx, cy]] of places.entries()) {
      const { spec, statesDistinct } = points[index];
      const told = `${spec}: ${statesDistinct.toLocaleString('en-US')} states, ${points[index][key]} ${says}`;
      const title = `<title>${told}</title>`;
      parts.push(`<circle cx="${cx}" cy="${cy}" r="3.5" fill="${color}">${title}</circle>`);
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Time and memory of a search against its states">
<style>text { font: 12px sans-serif; } text:not([fill]) { fill: #555; } .grid { stroke: #8884; }</style>
<rect width="${width}" height="${height}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}
