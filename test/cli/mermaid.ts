/**
 * The rules of Mermaid's grammar that its diagrams here rely on. In a label `"` ends a string, `;` a
 * statement, `#` begins an entity, and what looks like HTML is taken as that.
 */
const label = '(?:[^"#;<>&`\\n]|->|#\\d+;|<br/>)+';
const front = ['---', 'title: "(?:[^"\\\\<>&%#]|\\\\["\\\\]|\\\\u00[0-9a-f]{2})*"'];
const grammars = {
  flowchart: [
    ...front,
    'flowchart TD',
    ` {2}s\\d+\\["${label}"\\]`,
    ` {2}s\\d+\\(\\["${label}"\\]\\)`,
    ` {2}s\\d+\\{\\{"${label}"\\}\\}:::violated`,
    ` {2}s\\d+ (?:-->|-\\.->)\\|"${label}"\\| s\\d+`,
    ' {2}classDef violated stroke:red,stroke-width:3px',
  ],
  sequenceDiagram: [
    ...front,
    'sequenceDiagram',
    ` {2}participant p\\d+ as ${label}`,
    ` {2}Note over p\\d+(?:,p\\d+)?: ${label}`,
    ` {2}p\\d+->>p\\d+: ${label}`,
  ],
};

/** The lines of a diagram that no rule allows. */
export function ungrammatical(kind: keyof typeof grammars, text: string): string[] {
  const rules = grammars[kind].map((rule) => new RegExp(`^${rule}$`, 'u'));
  return text
    .trimEnd()
    .split('\n')
    .filter((row) => !rules.some((rule) => rule.test(row)));
}

/** The title, as a reader of YAML has it. */
export const titleOf = (text: string): string =>
  JSON.parse(/^title: (".*")$/m.exec(text)?.[1] ?? '');
