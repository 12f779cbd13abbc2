import { parseAddress, parseMac } from '../packet/address.ts';
import { type Json, type JsonObject, parseJson } from './json.ts';
import { type Source, TOP } from './source.ts';

/** What a member of a JSON object must be, and how it reads; `undefined` for a value that is not one. */
export interface Shape<T> {
  readonly name: string;
  readonly read: (value: Json) => T | undefined;
}

export const TEXT: Shape<string> = {
  name: 'a string',
  read: (value) => (value.kind === 'string' ? value.value : undefined),
};
export const FLAG: Shape<boolean> = {
  name: 'true or false',
  read: (value) => (value.kind === 'boolean' ? value.value : undefined),
};
export const COUNT: Shape<number> = {
  name: 'a whole number, 0 or more',
  read: (value) =>
    value.kind === 'number' && Number.isSafeInteger(value.value) && value.value >= 0 ? value.value : undefined,
};
export const ADDRESS: Shape<number> = {
  name: 'an IPv4 address',
  read: (value) => (value.kind === 'string' ? parseAddress(value.value) : undefined),
};
export const MAC: Shape<number> = {
  name: 'a MAC address',
  read: (value) => (value.kind === 'string' ? parseMac(value.value) : undefined),
};
export const LIST: Shape<readonly Json[]> = {
  name: 'a list',
  read: (value) => (value.kind === 'array' ? value.items : undefined),
};
export const OBJECT: Shape<JsonObject> = {
  name: 'an object',
  read: (value) => (value.kind === 'object' ? value : undefined),
};
/** A number, or one written as a string (`"0x10"`, `"100"`), as iproute2 mixes them. */
export const NUMBER: Shape<number> = {
  name: 'a number',
  read: (value) => {
    if (value.kind === 'number') return COUNT.read(value);
    return value.kind === 'string' && /^(0x[0-9a-f]+|\d+)$/i.test(value.value) ? Number(value.value) : undefined;
  },
};
/** A list of strings; others in it are left out. */
export const WORDS: Shape<readonly string[]> = {
  name: 'a list of strings',
  read: (value) =>
    value.kind === 'array' ? value.items.flatMap((item) => (item.kind === 'string' ? [item.value] : [])) : undefined,
};

/** A member if it is there; one of another shape is an error. */
export function optional<T>(source: Source, object: JsonObject, key: string, shape: Shape<T>): T | undefined {
  const member = object.members.get(key);
  if (member === undefined || member.value.kind === 'null') return undefined;
  const value = shape.read(member.value);
  if (value === undefined)
    source.error(
      member.value.span,
      `\`${key}\` is no ${shape.name.replace(/^an? /, '')}`,
      `\`${key}\` must be ${shape.name}`,
    );
  return value;
}

/** A member that must be there. */
export function required<T>(source: Source, object: JsonObject, key: string, shape: Shape<T>): T | undefined {
  if (!object.members.has(key))
    source.error({ ...object.span, length: 1 }, `\`${key}\` is missing`, `\`${key}\` must be ${shape.name}`);
  return optional(source, object, key, shape);
}

/**
 * The objects of a JSON text that is a list of them, as all `ip -j` and `bridge -j` commands print; `{}` in it counts as
 * nothing. Of a command that has something to show on every host an empty file says that it failed.
 */
export function objectsOf(source: Source): readonly JsonObject[] {
  if (source.isEmpty) {
    source.error(TOP, 'the file is empty', 'take the capture again: the command printed nothing, not even `[ ]`');
    return [];
  }
  return read(source);
}

/** The same of a command that may have nothing to show: it prints `[ ]`, or nothing at all. */
export const listedOf = (source: Source): readonly JsonObject[] => (source.isEmpty ? [] : read(source));

function read(source: Source): readonly JsonObject[] {
  const whole = parseJson(source);
  if (whole === undefined) return [];
  if (whole.kind !== 'array') {
    source.error(
      { ...whole.span, length: 1 },
      'this is no list',
      'give the output of the command with `-j` as it was printed',
    );
    return [];
  }
  return whole.items.flatMap((item) => {
    if (item.kind === 'object') return item.members.size === 0 ? [] : [item];
    source.error(item.span, 'this is no object', 'give the output of the command with `-j` as it was printed');
    return [];
  });
}
