/** The small parts of the search, each by itself. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { at, Crew, commands, controlWords } from '../../src/explorer/crew.js';
import { firedBy, generatedBy, sharedWords } from '../../src/explorer/expand.js';
import { Findings } from '../../src/explorer/findings.js';
import { Levels } from '../../src/explorer/levels.js';
import { lostOutcome } from '../../src/explorer/outcome.js';
import { statesRemaining } from '../../src/explorer/progress.js';
import type { StopReason } from '../../src/explorer/system.js';
import { copyRow, Successors } from '../../src/explorer/system.js';
import { Traces } from '../../src/explorer/traces.js';
import { line, packedOf } from './graph.js';

afterEach(() => {
  vi.useRealTimers();
});

const newControl = () => new Int32Array(new SharedArrayBuffer(controlWords * 4));

describe('a crew', () => {
  it('stops for the first of several reasons, whichever it is', () => {
    const reasons: StopReason[] = [
      'states-max',
      'memory-max',
      'time-max',
      'depth-max',
      'stop-at-first',
      'interrupted',
      'worker-died',
      'disk-error',
    ];
    for (const reason of reasons) {
      const crew = new Crew(newControl(), 0);
      expect(crew.stopped).toBeNull();
      crew.stop(reason);
      for (const other of reasons) crew.stop(other);
      expect(crew.stopped).toBe(reason);
    }
  });

  it('does a phase with as many hands as the leader says', () => {
    const control = newControl();
    const crew = Array.from({ length: 64 }, (_, worker) => new Crew(control, worker));
    const [leader, first, second] = crew as [Crew, Crew, Crew];
    for (let time = 0; time < 3; time++) {
      for (const [name, command] of Object.entries(commands)) {
        if (name === 'end') continue;
        leader.begin(command, 3);
        expect(leader.hands).toBe(3);
        expect([first.next(), second.next()]).toEqual([command, command]);
        expect([first.hands, second.hands]).toEqual([3, 3]);
        second.arrive();
        first.arrive();
        leader.awaitAll();
        expect(leader.get(at.arrived)).toBe(2);
      }
    }
    leader.begin(commands.refill, 64);
    for (const helper of crew.slice(1)) {
      expect(helper.next()).toBe(commands.refill);
      helper.arrive();
    }
    leader.awaitAll();
    // The last one has no part in it, and hears of the end at once.
    leader.begin(commands.clear, 2);
    expect(first.next()).toBe(commands.clear);
    first.arrive();
    leader.begin(commands.end, 1);
    for (const helper of crew.slice(1)) expect(helper.next()).toBe(commands.end);
  });

  it('leaves out of a phase who has no part in it', () => {
    for (const [hands, worker] of [
      [1, 1],
      [2, 2],
      [2, 3],
    ] as const) {
      const control = newControl();
      const [leader, helper] = [new Crew(control, 0), new Crew(control, worker)];
      leader.begin(commands.expand, hands);
      // Else it would wait for the next.
      leader.set(at.gone, 1);
      expect(helper.next()).toBe(commands.end);
    }
  });

  it('waits for nobody when one is gone', () => {
    const control = newControl();
    const [leader, helper] = [new Crew(control, 0), new Crew(control, 1)];
    leader.begin(commands.expand, 3);
    expect(helper.next()).toBe(commands.expand);
    helper.lose();
    expect([leader.stopped, leader.get(at.gone)]).toEqual(['worker-died', 1]);
    leader.awaitAll();
    expect(leader.get(at.arrived)).toBe(0);
    expect(helper.next()).toBe(commands.end);
  });

  it('gives each number of a counter once', () => {
    const control = newControl();
    const [leader, helper] = [new Crew(control, 0), new Crew(control, 1)];
    expect([leader.take(at.cursor), helper.take(at.cursor), leader.take(at.cursor)]).toEqual([
      0, 1, 2,
    ]);
  });
});

describe('findings', () => {
  const crew = new Crew(newControl(), 0);
  const asked = () => [crew.get(at.askedProperties), crew.get(at.askedWitnesses)];
  const newFindings = (properties: number, witnesses: number) =>
    new Findings({ ...packedOf(line(1)), properties, witnesses });

  it('are asked for until they are there', () => {
    const findings = newFindings(3, 2);
    findings.ask(crew);
    expect(asked()).toEqual([0b111, 0b11]);
    crew.set(at.failing, 0b010);
    findings.takeNotes(crew, 4);
    expect(findings).toMatchObject({ violated: [null, 4, null], witnesses: [null, null] });
    expect(asked()).toEqual([0b101, 0b11]);
    crew.set(at.failing, 0b011);
    crew.set(at.shown, 0b10);
    findings.takeNotes(crew, 6);
    expect(findings).toMatchObject({ violated: [6, 4, null], witnesses: [null, 6] });
    expect(asked()).toEqual([0b100, 0b01]);
    expect([crew.get(at.failing), crew.get(at.shown)]).toEqual([0, 0]);
    findings.takeNotes(crew, 7);
    expect(findings).toMatchObject({ violated: [6, 4, null], witnesses: [null, 6] });
  });

  it('go on from what was found before', () => {
    const findings = newFindings(3, 3);
    findings.adopt({ violated: [null, 0, null], witnesses: [5, null, 2] }, crew);
    expect(asked()).toEqual([0b101, 0b010]);
    expect(findings).toMatchObject({ violated: [null, 0, null], witnesses: [5, null, 2] });
    const none = newFindings(0, 0);
    none.ask(crew);
    expect(asked()).toEqual([0, 0]);
  });

  it('meet rules that ask for any, or for all, of some', () => {
    const findings = newFindings(3, 0);
    expect(findings.meet(true)).toBe(false);
    findings.adopt({ violated: [0, null, 3], witnesses: [] }, crew);
    expect(findings.meet(true)).toBe(true);
    const meets = (violated: 'any' | 'all', ...of: number[]) => findings.meet({ violated, of });
    expect([meets('any', 1), meets('any', 1, 2), meets('any', 0), meets('any')]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([meets('all', 0, 2), meets('all', 0, 1), meets('all', 2)]).toEqual([true, false, true]);
    expect([meets('any', 7), meets('all', 0, 7)]).toEqual([false, false]);
  });
});

describe('what remains', () => {
  it('is what levels that go on shrinking add up to', () => {
    expect(statesRemaining([1600, 800, 400, 200, 100])).toBe(100);
    expect(statesRemaining([3, 9, 1600, 800, 400, 200, 100])).toBe(100);
    // By a fifth each time: four times the last.
    expect(statesRemaining([625, 500, 400, 320, 256])).toBe(1024);
    // On the whole by a half each time.
    expect(statesRemaining([1600, 1000, 999, 998, 100])).toBe(100);
    expect(statesRemaining([10_000, 9000, 8100, 7290, 6561])).toBe(59_049);
  });

  it('is not known of few levels, nor of such as grow or hardly shrink', () => {
    expect(statesRemaining([])).toBeNull();
    expect(statesRemaining([800, 400, 200, 100])).toBeNull();
    expect(statesRemaining([800, 400, 401, 200, 100])).toBeNull();
    expect(statesRemaining([800, 400, 400, 200, 100])).toBeNull();
    expect(statesRemaining([800, 400, 200, 100, 100])).toBeNull();
    expect(statesRemaining([10_000, 9600, 9216, 8847, 8493])).toBeNull();
  });
});

describe('successors', () => {
  it('are kept in their order, however many', () => {
    const successors = new Successors(3, 2);
    for (let n = 0; n < 9; n++) successors.push(Uint32Array.of(n, n * n, ~n), 10 + n, n & 3);
    expect([successors.count, successors.idle, successors.shown]).toEqual([9, 0, 0]);
    for (let n = 0; n < 9; n++) {
      expect([...successors.rows.subarray(n * 3, n * 3 + 3)]).toEqual([n, n * n, ~n >>> 0]);
      expect([successors.actions[n], successors.failing[n]]).toEqual([10 + n, n & 3]);
    }
  });

  it('are copied word by word, and nothing else is', () => {
    const from = Uint32Array.from({ length: 20 }, (_, i) => i + 1);
    for (const words of [1, 2, 3, 4, 5]) {
      const to = new Uint32Array(20);
      copyRow(from, 7, to, 4, words);
      expect([...to]).toEqual(
        Array.from({ length: 20 }, (_, i) => (i >= 4 && i < 4 + words ? i + 4 : 0)),
      );
    }
  });
});

describe('a search that has lost its leader', () => {
  it('tells how far it came, and of no property more than that', () => {
    const system = { ...packedOf(line(9)), properties: 2, witnesses: 1, steps: 3, words: 5 };
    const words = sharedWords(system);
    const counts = new Float64Array(words.counts);
    // Of each worker: transitions, and how often it took each step.
    counts.set([100, 1, 2, 3]);
    counts.set([50, 10, 20, 30], 4);
    counts.set([7, 0, 0, 5], 63 * 4);
    expect(counts.length).toBe(64 * 4);
    const crew = new Crew(new Int32Array(words.control), 0);
    for (const [place, value] of [
      [at.states, 77],
      [at.depth, 6],
      [at.rows, 256],
      [at.joined, 2],
    ] as const) {
      crew.set(place, value);
    }
    expect(generatedBy(counts, 3)).toBe(157);
    expect(firedBy(counts, 3)).toEqual([11, 22, 38]);
    expect(lostOutcome(system, words)).toEqual({
      verdicts: [{ result: 'unfinished' }, { result: 'unfinished' }],
      witnesses: [null],
      statesDistinct: 77,
      statesGenerated: 158,
      depth: 6,
      fired: [11, 22, 38],
      stoppedBy: 'worker-died',
      tracesStoppedBy: null,
      bytes: 256 * 5 * 4,
      load: 0,
      workers: 3,
      notices: [],
    });
  });
});

describe('traces', () => {
  const length = 5;
  const system = packedOf(line(length));
  /** The levels of a line, a state each; `look` is called when one is gone through. */
  const levelsOf = (look: () => void = () => {}): Levels => {
    const levels = new Levels();
    for (let state = 0; state < length; state++) {
      levels.add(() => {
        look();
        return [{ rows: Uint32Array.of(state), offset: 0 }];
      });
    }
    return levels;
  };
  const found = { result: 'violated', depth: 4, path: { initial: 0, actions: [0, 8, 16, 24] } };
  const newTraces = (due: () => StopReason | null = () => null) => {
    const crew = new Crew(newControl(), 0);
    return { crew, traces: new Traces(system, crew, due) };
  };

  it('are looked for once, where something is violated', () => {
    const { crew, traces } = newTraces();
    expect([traces.areMissing([]), traces.areMissing([null])]).toEqual([false, false]);
    expect(traces.areMissing([4])).toBe(true);
    traces.find(levelsOf(), [null]);
    expect(traces.to(0)).toBeUndefined();
    let looks = 0;
    traces.find(
      levelsOf(() => looks++),
      [4],
    );
    expect(traces.to(0)).toEqual(found);
    expect([traces.areMissing([4]), traces.areMissing([4, 3])]).toEqual([false, true]);
    const once = looks;
    expect(once).toBeGreaterThan(3);
    traces.find(
      levelsOf(() => looks++),
      [4],
    );
    expect(looks).toBe(once);
    expect([traces.stoppedBy, crew.stopped]).toEqual([null, null]);
  });

  it('take the time that they need while it is not over', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
    const { crew, traces } = newTraces();
    traces.find(
      levelsOf(() => vi.setSystemTime(Date.now() + 5000)),
      [4],
    );
    expect([traces.to(0), crew.stopped]).toEqual([found, null]);
  });

  it('may take a second more when the time is over', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
    const late = newTraces(() => 'time-max');
    // Some six levels are gone through, the first time at 0 ms.
    late.traces.find(
      levelsOf(() => vi.setSystemTime(Date.now() + 100)),
      [4],
    );
    expect(late.traces.to(0)).toEqual(found);
    expect([late.traces.stoppedBy, late.crew.stopped]).toEqual([null, null]);
  });

  it('are given up after that, with the reason, and not begun again', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
    const { crew, traces } = newTraces(() => 'interrupted');
    let looks = 0;
    const levels = levelsOf(() => {
      looks++;
      vi.setSystemTime(Date.now() + 501);
    });
    traces.find(levels, [4]);
    expect(traces.to(0)).toBeUndefined();
    expect([traces.stoppedBy, crew.stopped, looks]).toEqual(['interrupted', 'interrupted', 3]);
    traces.find(levels, [4]);
    expect(looks).toBe(3);
    expect(traces.areMissing([4])).toBe(true);
  });

  it('are not found where a file cannot be read, and other faults are thrown', () => {
    const { crew, traces } = newTraces();
    const broken = levelsOf(() => {
      throw new Error('row 5');
    });
    expect(() => traces.find(broken, [4])).toThrow('row 5');
    crew.stop('disk-error');
    traces.find(broken, [4]);
    expect([traces.to(0), traces.stoppedBy]).toEqual([undefined, null]);
  });
});

describe('levels', () => {
  const levels = new Levels();
  const row = (state: number) => ({ rows: Uint32Array.of(state), offset: 0 });
  const statesOf = (from: Levels, level: number): (number | undefined)[] =>
    Array.from(from.statesOf(level), ({ rows }) => rows[0]);

  it('have their states, and those that are added to the last', () => {
    levels.add(() => [row(1)]);
    levels.add(() => [row(2), row(3)]);
    levels.alsoHas(() => [row(4)]);
    expect([0, 1, 2].map((level) => statesOf(levels, level))).toEqual([[1], [2, 3, 4], []]);
  });

  it('are looked at before the first state and then now and then', () => {
    let looks = 0;
    const watched = levels.watched(() => looks++);
    expect([statesOf(watched, 1), looks]).toEqual([[2, 3, 4], 1]);
    const wide = new Levels();
    wide.add(() => Array.from({ length: 5000 }, (_, state) => row(state)));
    looks = 0;
    expect(
      statesOf(
        wide.watched(() => looks++),
        0,
      ).length,
    ).toBe(5000);
    expect(looks).toBe(3);
  });
});
