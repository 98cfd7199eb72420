import type { Rule } from 'eslint';

export const plainWords: Rule.RuleModule;
export function bannedWord(text: string): string | undefined;
