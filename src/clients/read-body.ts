import { UnreachableError } from '../errors.ts';

/** The text of a body; refuses one that is larger than `maxBytes`, so that no server can fill the memory. */
export async function readBody(body: AsyncIterable<unknown>, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    const buffer = chunk as Buffer;
    bytes += buffer.length;
    if (bytes > maxBytes) throw new UnreachableError(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
