import { Element } from './ltx.js';
import { writeXml } from './xml-writer.js';

/**
 * The element that this package makes: ltx's, except for how it is written. ltx leaves out escapes without which a
 * strict parser reads back something else, or nothing (see `xml-writer.ts`).
 */
export class XmlElement extends Element {
  override toString(): string {
    return writeXml(this);
  }

  override write(writer: (part: string) => void): void {
    writer(writeXml(this));
  }
}
