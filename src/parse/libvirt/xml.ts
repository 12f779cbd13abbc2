import { parseXml, XmlElement, XmlError } from '@rgrove/parse-xml';
import type { Source, Span } from '../source.ts';

/**
 * Reads an XML text that may hold several documents one after the other (`virsh dumpxml` of several domains or filters),
 * with or without a declaration; the first mistake is an error. @returns the outermost elements
 */
export function parseXmlText(source: Source): readonly XmlElement[] {
  source.refuseEmpty('`virsh` prints XML');
  if (source.isEmpty) return [];
  const open = '<all>';
  const bare = source.text.replace(/<\?xml[^?]*\?>|<!DOCTYPE[^>]*>/g, (found) => found.replace(/[^\n]/g, ' '));
  try {
    const root = parseXml(`${open}${bare}</all>`, { includeOffsets: true }).root;
    return elements(root);
  } catch (mistake) {
    if (!(mistake instanceof XmlError)) throw mistake;
    const at = spanAt(source, Math.max(0, mistake.pos - open.length));
    source.error(
      at,
      `no XML: ${
        mistake.message
          .split('\n')[0]
          ?.replace(/ \(line.*$/, '')
          .toLowerCase() ?? ''
      }`,
      'give the output of `virsh dumpxml` as it was printed',
    );
    return [];
  }
}

export const elements = (of: XmlElement | null | undefined): readonly XmlElement[] =>
  of?.children.filter((child): child is XmlElement => child instanceof XmlElement) ?? [];

/** All elements of a name, at any depth. */
export const inside = (of: XmlElement, name: string): readonly XmlElement[] =>
  elements(of).flatMap((child) => [...(child.name === name ? [child] : []), ...inside(child, name)]);

/** Where an element begins. */
export const spanOf = (source: Source, of: XmlElement): Span => spanAt(source, Math.max(0, of.start - '<all>'.length));

function spanAt(source: Source, offset: number): Span {
  const before = source.text.slice(0, offset).split('\n');
  const line = Math.min(before.length, source.lines.length);
  return { line, column: (before.at(-1)?.length ?? 0) + 1, length: 1 };
}
