import { StringDecoder } from 'node:string_decoder';
import { UnreachableError } from '../errors.ts';

/** So many pieces are put together at a time: each one costs memory of its own, however small it is. */
const PIECES = 1024;

/**
 * The text of a body; refuses one that is larger than `maxBytes`, so that no server can fill the memory. Each piece is let go of
 * as soon as it is decoded.
 *
 * @param problem what to say of one that is larger
 */
export async function readBody(
  body: AsyncIterable<unknown>,
  maxBytes: number,
  problem = `the answer is larger than ${maxBytes} bytes`,
): Promise<string> {
  const decoder = new StringDecoder('utf8');
  let text = '';
  let pieces: string[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    const buffer = chunk as Buffer;
    bytes += buffer.length;
    if (bytes > maxBytes) throw new UnreachableError(problem);
    pieces.push(decoder.write(buffer));
    if (pieces.length < PIECES) continue;
    text += pieces.join('');
    pieces = [];
  }
  return text + pieces.join('') + decoder.end();
}
