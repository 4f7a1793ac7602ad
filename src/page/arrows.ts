/** Arrows from the CR3 of each CPU to the L4 page that it names, drawn over a picture. */
import { classes, svg } from './dom.js';

/** Between the lines of several CPUs that go down one gutter, in pixels. */
const track = 9;

/**
 * Keeps the arrows of a picture right as its size changes. An arrow goes from `[data-cr3=PAGE]` to
 * `[data-page=PAGE]`; where the page is to the right of it in a curve, else down a gutter.
 */
export function connect(picture: HTMLElement, overlay: SVGSVGElement): void {
  new ResizeObserver(() => draw(picture, overlay)).observe(picture);
}

function draw(picture: HTMLElement, overlay: SVGSVGElement): void {
  const frame = picture.getBoundingClientRect();
  if (frame.width === 0) return;
  const pages = new Map(
    [...picture.querySelectorAll<HTMLElement>('[data-page]')].map((page) => [
      page.dataset.page,
      page.getBoundingClientRect(),
    ]),
  );
  const ports = [...picture.querySelectorAll<HTMLElement>('[data-cr3]')];
  /** How many arrows end at a page, so that they end side by side. */
  const ends = new Map<string, number>();
  const arrows = ports.flatMap((port, index) => {
    const name = port.dataset.cr3 ?? '';
    const page = pages.get(name);
    if (page === undefined) return [];
    const from = port.getBoundingClientRect();
    const sharing = ports.filter(({ dataset }) => dataset.cr3 === name).length;
    const place = ends.get(name) ?? 0;
    ends.set(name, place + 1);
    const spread = sharing < 2 ? 0 : (place - (sharing - 1) / 2) * Math.min(9, 18 / sharing);
    const y = page.top + page.height / 2 + spread - frame.top;
    const x = page.left - frame.left - 1;
    const start = from.top + from.height / 2 - frame.top;
    const isBeside = page.left > from.right;
    const line = isBeside
      ? curve(from.right - frame.left, start, x, y)
      : gutter(from.left - frame.left, start, x, y, (index + 1) * track);
    const kind = classes('arrow', port.dataset.changed === 'true' && 'changed');
    return [
      svg(
        'g',
        { class: kind },
        svg('path', { class: 'line', d: line }),
        svg('path', { class: 'tip', d: `M${x} ${y}l-8 -4.5v9z` }),
        svg('circle', {
          class: 'tip',
          cx: isBeside ? from.right - frame.left : from.left - frame.left,
          cy: start,
          r: 3.5,
        }),
      ),
    ];
  });
  overlay.setAttribute('viewBox', `0 0 ${frame.width} ${frame.height}`);
  overlay.replaceChildren(...arrows);
}

function curve(fromX: number, fromY: number, toX: number, toY: number): string {
  const reach = (toX - fromX) / 2;
  return `M${fromX} ${fromY}C${fromX + reach} ${fromY} ${toX - reach - 8} ${toY} ${toX - 7} ${toY}`;
}

function gutter(fromX: number, fromY: number, toX: number, toY: number, inset: number): string {
  const x = Math.max(2, Math.min(fromX, toX) - inset);
  const bend = 6;
  return `M${fromX} ${fromY}H${x + bend}Q${x} ${fromY} ${x} ${fromY + bend}V${toY - bend}Q${x} ${toY} ${x + bend} ${toY}H${toX - 7}`;
}
