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
