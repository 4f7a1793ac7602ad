/** Rows of measurements as text. */

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const grouped = (n) => Math.round(n).toLocaleString('en-US');
const seconds = (n) => `${n.toFixed(n < 10 ? 2 : 1)} s`;

const columns = ['', 'states', 'generated', 'CPU', 'wall', 'peak memory', 'time', 'memory'];

/** @param compares which time the ratios are of: `cpu` or `wall`; they are to the first row */
export function tableOf(rows, compares) {
  const key = compares === 'cpu' ? 'cpuSeconds' : 'wallSeconds';
  const [first] = rows;
  const ratio = (n, to) => `${(n / to).toFixed(2)} x`;
  const cells = rows.map((row) =>
    row.missing !== null
      ? [row.name, row.missing]
      : [
          row.name,
          grouped(row.statesDistinct),
          grouped(row.statesGenerated),
          seconds(row.cpuSeconds),
          seconds(row.wallSeconds),
          `${grouped(row.peakMiB)} MiB`,
          ratio(row[key], first[key]),
          ratio(row.peakMiB, first.peakMiB),
        ],
  );
  const lines = [columns, ...cells];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at])))
        .join('  '),
    )
    .join('\n');
}

/** The document of a run as the table in the README, which a test compares with it. */
export function markdownOf({ scopes }) {
  const lines = [
    '| scope and part | checker | states | CPU | wall | peak memory | time | memory |',
    '|---|---|--:|--:|--:|--:|--:|--:|',
  ];
  for (const { scope, rows } of scopes) {
    for (const part of new Set(rows.map((row) => row.part))) {
      const own = rows.filter((row) => row.part === part && row.missing === null);
      const key = part.startsWith('one core') ? 'cpuSeconds' : 'wallSeconds';
      for (const [index, row] of own.entries()) {
        const cells = [
          index === 0 ? `${scope}, ${part}` : '',
          row.name,
          grouped(row.statesDistinct),
          seconds(row.cpuSeconds),
          seconds(row.wallSeconds),
          `${grouped(row.peakMiB)} MiB`,
          (row[key] / own[0][key]).toFixed(2),
          (row.peakMiB / own[0].peakMiB).toFixed(2),
        ];
        lines.push(`| ${cells.join(' | ')} |`);
      }
    }
  }
  return lines.join('\n');
}

/** The largest scopes of bench/scale.json as the table in the README, which a test compares with it. */
export function largestOf({ largest }) {
  const lines = [
    '| design | machine | searched with | states | transitions | wall | peak memory |',
    '|---|---|---|--:|--:|--:|--:|',
  ];
  for (const point of largest) {
    const { cpus, pmaps, 'user-slots': slots, events } = point.machine;
    const size = [
      ...(cpus === undefined ? [] : [`${cpus} CPUs, ${pmaps} pmaps, ${slots} slots`]),
      ...(events === undefined ? [] : [events.join(', ')]),
    ];
    const { symmetry = [], reductions = [] } = point;
    const by = [
      ...(symmetry.length > 0 ? [`symmetry of ${symmetry.join(', ')}`] : []),
      ...(reductions.length > 0 ? ['partial orders'] : []),
    ];
    const cells = [
      `\`${point.spec}\``,
      size.join('; '),
      by.length > 0 ? by.join('; ') : 'no reduction',
      grouped(point.statesDistinct),
      grouped(point.statesGenerated),
      seconds(point.wallSeconds),
      `${grouped(point.peakMiB)} MiB`,
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}
