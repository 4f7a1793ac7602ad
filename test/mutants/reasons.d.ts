export const reasons: Readonly<Record<string, readonly (readonly [part: string, why: string])[]>>;
export function reasonOf(file: string, line: string): string | undefined;
