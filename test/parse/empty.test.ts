import { describe, expect, it } from 'vitest';
import { parseRouteJson } from '../../src/parse/ip/route-json.ts';
import { parseRuleJson } from '../../src/parse/ip/rule-json.ts';

describe('an empty file', () => {
  it.each(['', '\n', ' \r\n'])('of `ip -j rule` or `ip -j route` is a capture that failed: %j', (text) => {
    for (const { value, located } of [
      parseRuleJson(text, 'f', 6),
      parseRuleJson(text, 'f'),
      parseRouteJson(text, 'f'),
    ]) {
      expect(value).toBeUndefined();
      expect(located.map(({ severity, message }) => `${severity} ${message}`)).toEqual(['error the file is empty']);
    }
  });

  it('is not the same as an empty list', () => {
    expect(parseRuleJson('[]\n', 'f', 6)).toEqual({ value: { rules: [], undecided: [] }, located: [] });
    expect(parseRouteJson('[ ]\n', 'f').value).toBeDefined();
  });
});
