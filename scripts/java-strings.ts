/** Sizes of the entries of a constant pool by their tag, the tag left out. Source: JVM specification, section 4.4. */
const SIZES: Readonly<Record<number, number>> = {
  3: 4, // Integer
  4: 4, // Float
  5: 8, // Long
  6: 8, // Double
  7: 2, // Class
  8: 2, // String
  9: 4, // Fieldref
  10: 4, // Methodref
  11: 4, // InterfaceMethodref
  12: 4, // NameAndType
  15: 3, // MethodHandle
  16: 2, // MethodType
  17: 4, // Dynamic
  18: 4, // InvokeDynamic
  19: 2, // Module
  20: 2, // Package
};
const UTF8 = 1;
const COUNT_AT = 8;

/**
 * All texts in the constant pool of a compiled Java class: what it says in quotes, and names of other things.
 *
 * @throws Error when the bytes are not those of a class
 */
export function javaStrings(classFile: Buffer): readonly string[] {
  if (classFile.readUInt32BE(0) !== 0xcafebabe) throw new Error('not a Java class');
  const count = classFile.readUInt16BE(COUNT_AT);
  const strings: string[] = [];
  let at = COUNT_AT + 2;
  for (let index = 1; index < count; index += slotsOf(classFile[at])) {
    if (classFile[at] === UTF8) {
      const length = classFile.readUInt16BE(at + 1);
      strings.push(classFile.toString('utf8', at + 3, at + 3 + length));
      at += 3 + length;
    } else {
      at += 1 + sizeOf(classFile[at]);
    }
  }
  return strings;
}

/** Long and Double take two places in the numbering. */
function slotsOf(tag: number | undefined): number {
  return tag === 5 || tag === 6 ? 2 : 1;
}

function sizeOf(tag: number | undefined): number {
  const size = SIZES[tag ?? -1];
  if (size === undefined) throw new Error(`a constant of an unknown kind: ${tag}`);
  return size;
}
