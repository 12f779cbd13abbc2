import type { AskedSyntax } from './syntax.ts';

/** Generated from `grammar.peggy` by build.js. @throws SyntaxError for a text that is no question */
export function parse(text: string, options?: { readonly grammarSource?: string }): AskedSyntax;

export interface Expectation {
  readonly type: 'literal' | 'class' | 'any' | 'end' | 'other';
  readonly text?: string;
  readonly description?: string;
}

export class SyntaxError extends globalThis.SyntaxError {
  readonly expected: readonly Expectation[] | null;
  readonly found: string | null;
  readonly location: { readonly start: { readonly offset: number; readonly line: number; readonly column: number } };
}
