import { toBcryptBase64 } from './base64.ts';
import { openBlowfish, ROUND_KEYS, TABLE_WORDS, type Blowfish, type Lane } from './blowfish.ts';
import { piWords } from './pi-words.ts';

/** What a hash is made of. */
export interface BcryptInput {
  /** bcrypt reads no more than 72 bytes of it. */
  readonly password: Uint8Array;
  /** 16 bytes. */
  readonly salt: Uint8Array;
}

/** A hash that is being made in a lane. */
interface Job extends Lane {
  readonly input: BcryptInput;
  /** A word for each round key, as of the salt. */
  readonly password: Int32Array;
  readonly salt: Int32Array;
  /** What is left in the end: the text, encrypted. */
  readonly digest: Int32Array;
}

const SALT_BYTES = 16;
const MAX_PASSWORD_BYTES = 72;
const TEXT = 'OrpheanBeholderScryDoubt';
const TEXT_ENCRYPTIONS = 64;

/**
 * bcrypt for several passwords at a time, which takes little longer than for one. The code for each number of them is kept;
 * passwords and what is computed from them are not. Source: Provos and Mazières, A Future-Adaptable Password Scheme,
 * USENIX 1999; docs/decisions/0006-password-hashing.md
 */
export class Bcrypt {
  readonly #open: (laneCount: number) => Blowfish;
  readonly #initialTables = piWords(TABLE_WORDS);
  readonly #ciphers = new Map<number, Blowfish>();

  constructor(open: (laneCount: number) => Blowfish = openBlowfish) {
    this.#open = open;
  }

  /** Holds up its thread until all are made. @returns hashes of 60 characters, in the order of the inputs */
  hash(inputs: readonly BcryptInput[], cost: number): readonly string[] {
    const cipher = this.#cipher(inputs.length);
    const jobs = toJobs(inputs, cipher.lanes);
    try {
      for (const { tables } of jobs) tables.set(this.#initialTables);
      expandSalted(cipher, jobs);
      for (let times = 2 ** cost; times > 0; times -= 1) {
        expand(cipher, jobs, 'password');
        expand(cipher, jobs, 'salt');
      }
      encryptText(cipher, jobs);
      return jobs.map((job) => encode(job, cost));
    } finally {
      for (const { tables, block, password } of jobs) for (const secret of [tables, block, password]) secret.fill(0);
    }
  }

  #cipher(laneCount: number): Blowfish {
    const cipher = this.#ciphers.get(laneCount) ?? this.#open(laneCount);
    this.#ciphers.set(laneCount, cipher);
    return cipher;
  }
}

function toJobs(inputs: readonly BcryptInput[], lanes: readonly Lane[]): readonly Job[] {
  return lanes.flatMap((lane, index) => {
    const input = inputs[index];
    if (input === undefined) return [];
    const size = Math.min(input.password.length + 1, MAX_PASSWORD_BYTES);
    const password = cyclicWords(input.password, size, ROUND_KEYS);
    const salt = cyclicWords(input.salt, SALT_BYTES, ROUND_KEYS);
    return [{ ...lane, input, password, salt, digest: cyclicWords(Buffer.from(TEXT), TEXT.length, TEXT.length / 4) }];
  });
}

/** So many words of the first bytes, again and again. A byte after the last one is 0: a password ends with it. */
function cyclicWords(bytes: Uint8Array, size: number, count: number): Int32Array {
  const word = (index: number): number =>
    [0, 1, 2, 3].reduce((bits, at) => (bits << 8) | (bytes[(index * 4 + at) % size] ?? 0), 0);
  return Int32Array.from({ length: count }, (_, index) => word(index));
}

/** The key of password and salt. */
function expandSalted(cipher: Blowfish, jobs: readonly Job[]): void {
  for (const { tables, password } of jobs) xorInto(tables, password);
  for (let at = 0; at < TABLE_WORDS; at += 2) {
    const from = at % (SALT_BYTES / 4);
    for (const { block, salt } of jobs) xorInto(block, salt.subarray(from, from + 2));
    cipher.encrypt();
    for (const { tables, block } of jobs) tables.set(block, at);
  }
}

/** A further key, of one of the two. All that makes bcrypt slow is here. */
function expand(cipher: Blowfish, jobs: readonly Job[], part: 'password' | 'salt'): void {
  for (const job of jobs) xorInto(job.tables, job[part]);
  cipher.refill();
}

function xorInto(target: Int32Array, words: Int32Array): void {
  for (const [index, word] of words.entries()) target[index] = (target[index] ?? 0) ^ word;
}

function encryptText(cipher: Blowfish, jobs: readonly Job[]): void {
  for (let at = 0; at < TEXT.length / 4; at += 2) {
    for (const { block, digest } of jobs) block.set(digest.subarray(at, at + 2));
    for (let times = TEXT_ENCRYPTIONS; times > 0; times -= 1) cipher.encrypt();
    for (const { block, digest } of jobs) digest.set(block, at);
  }
}

/** `$2y$` is what OpenSearch calls it; `$2a$` also names an old faulty variant. */
function encode({ input, digest }: Job, cost: number): string {
  const bytes = Buffer.alloc(TEXT.length);
  digest.forEach((word, index) => bytes.writeInt32BE(word, index * 4));
  // The last byte is left out, by every implementation.
  const encoded = toBcryptBase64(bytes.subarray(0, -1));
  return `$2y$${String(cost).padStart(2, '0')}$${toBcryptBase64(input.salt)}${encoded}`;
}
