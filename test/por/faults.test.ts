/** What partial orders rest on, one by one: a reduction without it misses what is there. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { search } from '../../src/explorer/search.js';
import { PackedModel } from '../../src/model/packed-system.js';
import { Reaches } from '../../src/model/reach.js';
import { ReducedModel } from '../../src/model/reduced-system.js';
import type { Tiny } from './tiny.js';
import {
  askedForAWhile,
  bothInside,
  looksAside,
  looksAtOthers,
  opensLater,
  readsLater,
  roundWithExit,
  roundWithoutExit,
  showsForAWhile,
  wrongOnTheWayBack,
} from './tiny.js';

const full = (model: Tiny) => search(new PackedModel(model));
const reduced = (model: Tiny) => search(new ReducedModel(model));
const found = (outcome: ReturnType<typeof full>) => outcome.verdicts[0]?.result;

/** What is private to the reduction, for faults to be put in. */
interface Inside {
  add(at: number, action: number, into: unknown): void;
  isQuiet(place: number, depth: number): boolean;
  processOf(action: number): number;
  readonly rules: { placeOf(process: number, rows: Uint32Array, offset: number): number };
  readonly way: Uint32Array;
  readonly words: number;
}
const inside = ReducedModel.prototype as unknown as Inside;

afterEach(() => void vi.restoreAllMocks());

describe('without a fault', () => {
  it.each(
    Object.entries({
      ...{ bothInside, readsLater, showsForAWhile, askedForAWhile, opensLater },
      ...{ roundWithoutExit, roundWithExit, wrongOnTheWayBack },
    }),
  )('%s is violated', (_, model) => {
    expect(found(full(model))).toBe('violated');
    expect(found(reduced(model))).toBe('pathless');
    expect(reduced(model).fired.every((times) => times > 0)).toBe(true);
  });

  it('one state of a round is stored where nothing leads out, and none where something does', () => {
    // Process 0 at its start; gone on; and then process 1 as well.
    expect(full(roundWithoutExit).statesDistinct).toBe(5);
    expect(reduced(roundWithoutExit).statesDistinct).toBe(3);
    expect(full(roundWithExit).statesDistinct).toBe(7);
    expect(reduced(roundWithExit).statesDistinct).toBe(3);
  });
});

describe('a fault is caught', () => {
  it('where claims are said to see nothing of where a process is', () => {
    const observe = () => ({ looks: '', claims: [] });
    const processes = { ...bothInside.processes, observe } as Tiny['processes'];
    expect(found(reduced({ ...bothInside, processes }))).toBe('holds');
  });

  it('where what is shared is taken to be own', () => {
    vi.spyOn(Reaches.prototype, 'isOwnWay').mockReturnValue(true);
    expect(found(reduced(readsLater))).toBe('holds');
  });

  it('where a round of quiet steps is never led out of', () => {
    const { add } = inside;
    vi.spyOn(inside, 'add').mockImplementation(function (this: Inside, at, action, into) {
      const place = this.rules.placeOf(this.processOf(action), this.way, at);
      if (!this.isQuiet(place, at / this.words)) add.call(this, at, action, into);
    });
    expect(found(reduced(roundWithoutExit))).toBe('holds');
    expect(found(reduced(roundWithExit))).toBe('pathless');
  });

  it.each([
    ['a process that goes by what another owns', looksAtOthers, /reads what process 0 owns/],
    ['a claim that reads what is hidden', looksAside, /reads what is hidden/],
    [
      'families that are not those of the processes',
      { ...bothInside, families: bothInside.families.toReversed() },
      /families/,
    ],
  ] as const)('in the model, by any search: %s', (_, model, message) => {
    expect(() => full(model)).toThrow(message);
  });
});
