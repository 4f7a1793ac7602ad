/**
 * The naive explorer: the oracle of the fast one, made to be seen through rather than to be fast.
 * It shares no code with search.ts and trace.ts: plain states, a set of keys, a path for each.
 */
import type { Outcome, ReferenceSystem, Verdict } from './system.js';

/** A path as it is compared: changes of process, initial state, then the actions. */
type Way = readonly number[];

const less = (a: Way, b: Way): boolean => {
  const at = a.findIndex((number, index) => number !== b[index]);
  return at >= 0 && (a[at] as number) < (b[at] as number);
};
const least = (ways: Iterable<Way>): Way => [...ways].reduce((a, b) => (less(b, a) ? b : a));

export function explore<S>(system: ReferenceSystem<S>, depthMax = Infinity): Outcome {
  const verdicts: (Verdict | undefined)[] = Array.from({ length: system.properties });
  const witnesses: (number | null)[] = Array.from({ length: system.witnesses }, () => null);
  const violate = (violating: readonly Way[][], depth: number): void => {
    for (const [property, ways] of violating.entries()) {
      if (ways.length === 0) continue;
      const [, initial = 0, ...actions] = least(ways);
      verdicts[property] ??= { result: 'violated', depth, path: { initial, actions } };
    }
  };
  const noWays = (): Way[][] => Array.from({ length: system.properties }, () => []);
  /** The states of one level, each with the best way to it for each process that may come last. */
  type Level = Map<string, { state: S; ways: Map<number, Way> }>;
  let level: Level = new Map();
  for (const [initial, state] of system.initials.entries()) {
    const key = system.key(state);
    if (!level.has(key)) level.set(key, { state, ways: new Map([[-1, [0, initial]]]) });
  }
  const seen = new Set(level.keys());
  let statesGenerated = system.initials.length;
  let violating = noWays();
  let depth = 0;
  for (; ; depth++) {
    const following: Level = new Map();
    const violatingNext = noWays();
    for (const { state, ways } of level.values()) {
      for (const property of system.failing(state)) violating[property]?.push(...ways.values());
      for (const witness of system.witnessed(state)) witnesses[witness] ??= depth;
      for (const { action, process, next, failing } of depth < depthMax
        ? system.successors(state)
        : []) {
        statesGenerated++;
        const onwards = [...ways].map(([last, [changes = 0, ...rest]]): Way => {
          return [changes + (last >= 0 && last !== process ? 1 : 0), ...rest, action];
        });
        for (const property of failing) violatingNext[property]?.push(...onwards);
        const key = system.key(next);
        const entry = following.get(key) ?? { state: next, ways: new Map() };
        const known = entry.ways.get(process);
        entry.ways.set(process, least(known === undefined ? onwards : [known, ...onwards]));
        if (!seen.has(key)) following.set(key, entry);
      }
    }
    for (const key of following.keys()) seen.add(key);
    violate(violating, depth);
    if (following.size === 0 || depth >= depthMax) {
      violate(violatingNext, depth + 1);
      break;
    }
    violating = violatingNext;
    level = following;
  }
  const stoppedBy = depth >= depthMax ? 'depth-max' : null;
  const otherwise: Verdict = { result: stoppedBy === null ? 'holds' : 'unfinished' };
  const statesDistinct = seen.size;
  const all = Array.from(verdicts, (verdict) => verdict ?? otherwise);
  const fired = [...system.fired];
  return { verdicts: all, witnesses, statesDistinct, statesGenerated, depth, fired, stoppedBy };
}
