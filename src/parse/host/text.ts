import type { Result } from '../located.ts';
import { Source } from '../source.ts';

/** `resolv.conf`: the name servers that the node asks. It takes no part in where a packet goes. */
export interface Resolver {
  readonly servers: readonly string[];
}

const KEYWORDS = ['nameserver', 'search', 'domain', 'options', 'sortlist'];

/** Reads `/etc/resolv.conf` (resolv.conf(5)). */
export function parseResolv(text: string, file: string): Result<Resolver> {
  const source = new Source(text, file);
  const servers: string[] = [];
  for (let line = 1; line <= source.lines.length; line++) {
    const [key, value] = source.words(line);
    if (key === undefined || /^[#;]/.test(key.text)) continue;
    if (key.text === 'nameserver' && value !== undefined) servers.push(value.text);
    else if (!KEYWORDS.includes(key.text))
      source.note(
        source.whole(line),
        `\`${key.text}\` is no keyword of resolv.conf`,
        `known here: ${KEYWORDS.join(', ')}`,
      );
  }
  return source.result({ servers });
}

/** A stanza of `/etc/network/interfaces`: what the node would configure at boot; what it did configure, `ip` shows. */
export interface Stanza {
  readonly name: string;
  readonly method: string;
  readonly options: readonly { readonly key: string; readonly value: string }[];
  readonly line: number;
}

const OUTSIDE = /^(auto|allow-\S+|no-auto-down|no-scripts|source|source-directory|rename|mapping|script|map)$/;

/** Reads `/etc/network/interfaces` (interfaces(5)). */
export function parseEtcInterfaces(text: string, file: string): Result<readonly Stanza[]> {
  const source = new Source(text, file);
  const stanzas: (Stanza & { options: { key: string; value: string }[] })[] = [];
  for (let line = 1; line <= source.lines.length; line++) {
    const words = source.words(line);
    const [first, name, family, method] = words;
    if (first === undefined || first.text.startsWith('#') || OUTSIDE.test(first.text)) continue;
    const last = stanzas.at(-1);
    if (first.text === 'iface' && name !== undefined && family !== undefined)
      stanzas.push({ name: name.text, method: method?.text ?? '', options: [], line });
    else if (first.text === 'iface')
      source.error(source.whole(line), '`iface` without its family and method', 'write it like `iface eth0 inet dhcp`');
    else if (last !== undefined && words.length > 1)
      last.options.push({
        key: first.text,
        value: words
          .slice(1)
          .map(({ text: word }) => word)
          .join(' '),
      });
    else
      source.note(
        source.whole(line),
        'this line is no part of an interfaces file',
        'delete it, or leave it: it is not read',
      );
  }
  return source.result(stanzas);
}
