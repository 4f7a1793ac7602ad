/** Exit codes: one table for the command line, its help and the documentation. */
export const exitCodes = {
  ok: { code: 0, says: 'every spec met its expectations' },
  unexpected: {
    code: 1,
    says: 'some result is not as its spec expects, or not as in the baseline',
  },
  mistake: { code: 2, says: 'the command line or a spec is wrong' },
  unfinished: {
    code: 3,
    says: 'a search ended before it could tell: by a limit that its spec does not accept, or --hash-compact left it probable',
  },
  internal: { code: 70, says: 'a bug of svscheck' },
  interrupted: { code: 130, says: 'interrupted (Ctrl-C)' },
  unread: {
    code: 141,
    says: 'whoever read the output reads no more (SIGPIPE): there is no verdict',
  },
} as const;

export type Ending = keyof typeof exitCodes;

/** Where several apply, the first of these does. */
export const precedence: readonly Ending[] = [
  'internal',
  'unread',
  'interrupted',
  'mistake',
  'unexpected',
  'unfinished',
  'ok',
];

export function exitCodeOf(endings: readonly Ending[]): number {
  return exitCodes[precedence.find((ending) => endings.includes(ending)) ?? 'ok'].code;
}
