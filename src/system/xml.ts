import { SaxesParser } from 'saxes';
import { Fault } from '../core/model/fault.ts';
import { whyNot } from '../core/text/why.ts';

/** Characters of a document: no string of libvirt's protocol is longer (VIR_NET_MESSAGE_STRING_MAX, 9.0). */
const MOST_CHARACTERS = 4 * 1024 * 1024;
/** Elements inside each other, as libxml2 allows them (xmlParserMaxDepth, 2.9). */
const MOST_DEPTH = 256;
const MOST_ELEMENTS = 50_000;

/** An element of a document, without comments and processing instructions. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children. */
  readonly text: string;
  /**
   * Its tag holds a tab or the end of a line. An attribute that holds one is read as another text than was written: XML makes
   * blanks of them, and libvirt writes them as they are (virBufferEscapeString, 9.0).
   */
  readonly bent: boolean;
}

/**
 * The root of a document that others wrote. Throws `tool.failed` for one that is not well-formed, is too large or too deep,
 * or has a document type; so there are no entities but those of XML itself.
 */
export function readXml(document: string): XmlElement {
  if (document.length > MOST_CHARACTERS) throw refused(`it is longer than ${MOST_CHARACTERS} characters`);
  const parser = new SaxesParser();
  const open: Building[] = [];
  let elements = 0;
  let begin = 0;
  let root: XmlElement | undefined;
  parser.on('error', (error) => {
    throw refused(whyNot(error), error);
  });
  parser.on('doctype', () => {
    throw refused('it has a document type');
  });
  parser.on('opentagstart', () => {
    begin = document.lastIndexOf('<', parser.position - 1);
  });
  parser.on('opentag', ({ name, attributes }) => {
    elements += 1;
    if (elements > MOST_ELEMENTS) throw refused(`it has more than ${MOST_ELEMENTS} elements`);
    if (open.length >= MOST_DEPTH) throw refused(`its elements are nested more than ${MOST_DEPTH} deep`);
    const bent = /[\t\n\r]/.test(document.slice(begin, parser.position));
    open.push({ name, attributes: new Map(Object.entries(attributes)), children: [], text: '', bent });
  });
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element) element.text += text;
  });
  parser.on('cdata', (text) => {
    const element = open.at(-1);
    if (element) element.text += text;
  });
  parser.on('closetag', () => {
    const element = open.pop();
    const above = open.at(-1);
    if (element && above) above.children.push(element);
    else root = element;
  });
  parser.write(document).close();
  if (!root) throw refused('it has no element');
  return root;
}

/** All elements that a path of names leads to, from the children of `element` on. */
export function elementsAt(element: XmlElement, ...names: readonly string[]): readonly XmlElement[] {
  let found: readonly XmlElement[] = [element];
  for (const name of names) {
    found = found.flatMap(({ children }) => children.filter((child) => child.name === name));
  }
  return found;
}

type Building = { -readonly [Key in keyof XmlElement]: XmlElement[Key] } & { readonly children: XmlElement[] };

function refused(why: string, cause?: unknown): Fault {
  return new Fault('tool.failed', `the XML can't be read: ${why}`, { cause });
}
