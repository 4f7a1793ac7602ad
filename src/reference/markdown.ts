/** Pieces of Markdown, for what is made from the code. */

/** A word as it is typed; there is no backquote in any. */
export const code = (word: string): string => `\`${word}\``;

/** Text that stays in its cell of a table. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map(
    (row) => `| ${row.join(' | ')} |`,
  );
