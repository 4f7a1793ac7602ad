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
  const witnesses: (number | null)[] = Array.from({ length: system.witnesses }, () => null);
  /** By property: where it is violated first. */
  const violations = new Map<number, { depth: number; way: Way }>();
  const violate = (property: number, depth: number, ways: readonly Way[]): void => {
    const known = violations.get(property);
    if (known !== undefined && known.depth < depth) return;
    const others = known !== undefined && known.depth === depth ? [known.way] : [];
    violations.set(property, { depth, way: least([...ways, ...others]) });
  };
  /** The states of one level, each with the best way to it for each process that may come last. */
  type Level = Map<string, { state: S; ways: Map<number, Way> }>;
  let level: Level = new Map();
  for (const [initial, state] of system.initials.entries()) {
    const key = system.key(state);
    if (!level.has(key)) level.set(key, { state, ways: new Map([[-1, [0, initial]]]) });
  }
  const seen = new Set(level.keys());
  let statesGenerated = system.initials.length;
  let depth = 0;
  for (; ; depth++) {
    const following: Level = new Map();
    for (const { state, ways } of level.values()) {
      for (const property of system.failing(state)) violate(property, depth, [...ways.values()]);
      for (const witness of system.witnessed(state)) witnesses[witness] ??= depth;
      if (depth >= depthMax) continue;
      for (const { action, process, next, failing } of system.successors(state)) {
        statesGenerated++;
        const onwards = [...ways].map(([last, [changes = 0, ...rest]]): Way => {
          return [changes + (last >= 0 && last !== process ? 1 : 0), ...rest, action];
        });
        for (const property of failing) violate(property, depth + 1, onwards);
        const key = system.key(next);
        if (seen.has(key)) continue;
        const entry = following.get(key) ?? { state: next, ways: new Map<number, Way>() };
        const known = entry.ways.get(process);
        entry.ways.set(process, least(known === undefined ? onwards : [known, ...onwards]));
        following.set(key, entry);
      }
    }
    for (const key of following.keys()) seen.add(key);
    if (following.size === 0 || depth >= depthMax) break;
    level = following;
  }
  const stoppedBy = depth >= depthMax ? 'depth-max' : null;
  const verdicts = Array.from({ length: system.properties }, (_, property): Verdict => {
    const found = violations.get(property);
    if (found === undefined) return { result: stoppedBy === null ? 'holds' : 'unfinished' };
    const [, initial = 0, ...actions] = found.way;
    return { result: 'violated', depth: found.depth, path: { initial, actions } };
  });
  const [statesDistinct, fired] = [seen.size, [...system.fired]];
  return { verdicts, witnesses, statesDistinct, statesGenerated, depth, fired, stoppedBy };
}
