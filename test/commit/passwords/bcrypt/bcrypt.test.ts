import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bcrypt as bcryptOfHashWasm } from 'hash-wasm';
import { fromBcryptBase64 } from '../../../../src/commit/passwords/bcrypt/base64.ts';
import { Bcrypt, type BcryptInput } from '../../../../src/commit/passwords/bcrypt/bcrypt.ts';
import { openBlowfish, type Blowfish } from '../../../../src/commit/passwords/bcrypt/blowfish.ts';

/** More than a thread ever does at once. */
const MAX_LANES = 5;

const bcrypt = new Bcrypt();

/** What a published hash was made of. */
function inputOf(hash: string, password: Buffer): { readonly input: BcryptInput; readonly cost: number } {
  return { input: { password, salt: fromBcryptBase64(hash.slice(7, 29)) }, cost: Number(hash.slice(4, 6)) };
}

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** By crypt_blowfish, jBCrypt and passlib. Not those that only old faulty variants make. */
const PUBLISHED: readonly (readonly [what: string, password: Buffer, hash: string])[] = [
  ['U*U', Buffer.from('U*U'), '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['U*U*', Buffer.from('U*U*'), '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
  ['U*U*U', Buffer.from('U*U*U'), '$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
  [
    'more than 72 bytes',
    Buffer.from('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored'),
    '$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui',
  ],
  ['ff ff a3', bytes('ffffa3'), '$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e'],
  ['a3', bytes('a3'), '$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq'],
  ['high bytes', bytes('ffa33334ffffffa3333435'), '$2y$05$/OK.fbVrR/bpIqNJ5ianF.o./n25XVfn6oAPaUvHe.Csk4zRfsYPi'],
  ['ff a3 345', bytes('ffa3333435'), '$2y$05$/OK.fbVrR/bpIqNJ5ianF.nRht2l/HRhr6zmCp9vYUvvsqynflf9e'],
  // By libxcrypt; `$2a$` of crypt_blowfish is another one.
  ['ff 8f 64', bytes('ff8f64'), '$2y$05$8sUK7/DmlvjI697sAnEYuuNIt5Oqbzzd24s/wQ9abUZj0pkOsjXkG'],
  ['a3 ab', bytes('a36162'), '$2a$05$/OK.fbVrR/bpIqNJ5ianF.6IflQkJytoRVc1yuaNtHfiuq.FRlSIS'],
  ['72 times aa', bytes('aa'.repeat(72)), '$2a$05$/OK.fbVrR/bpIqNJ5ianF.swQOIzjOiJ9GHEPuhEkvqrUyvWhEMx6'],
  ['aa 55', bytes('aa55'.repeat(36)), '$2a$05$/OK.fbVrR/bpIqNJ5ianF.R9xrDjiycxMbQE2bp.vgqlYpW5wx2yy'],
  ['55 aa ff', bytes('55aaff'.repeat(24)), '$2a$05$/OK.fbVrR/bpIqNJ5ianF.9tQZzcJfm3uj2NvJ/n5xkhpqLrMpWCe'],
  ['nothing', Buffer.of(), '$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.'],
  ['nothing, cost 8', Buffer.of(), '$2a$08$HqWuK6/Ng6sg9gQzbLrgb.Tl.ZHfXLhvt/SgVyWhQqgqcZ7ZuUtye'],
  ['nothing, cost 10', Buffer.of(), '$2a$10$k1wbIrmNyFAPwPVPSVa/zecw2BCEnBwVS2GbrmgzxFUOqW9dk4TCW'],
  ['nothing, cost 12', Buffer.of(), '$2a$12$k42ZFHFWqBp3vWli.nIn8uYyIkbvYRvodzbfbK18SSsY.CsIQPlxO'],
  ['a', Buffer.from('a'), '$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe'],
  ['a, cost 8', Buffer.from('a'), '$2a$08$cfcvVd2aQ8CMvoMpP2EBfeodLEkkFJ9umNEfPD18.hUF62qqlC/V.'],
  ['a, cost 10', Buffer.from('a'), '$2a$10$k87L/MF28Q673VKh8/cPi.SUl7MU/rWuSiIDDFayrKk/1tBsSQu4u'],
  ['a, cost 12', Buffer.from('a'), '$2a$12$8NJH3LsPrANStV6XtBakCez0cKHXVxmvxIlcz785vxAIZrihHZpeS'],
  ['abc', Buffer.from('abc'), '$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i'],
  [
    'the alphabet',
    Buffer.from('abcdefghijklmnopqrstuvwxyz'),
    '$2a$10$fVH8e28OQRj9tqiDXs1e1uxpsjN0c7II7YPKXua2NAKYvM6iQk7dq',
  ],
  [
    'signs',
    Buffer.from('~!@#$%^&*()      ~!@#$%^&*()PNBFRD'),
    '$2a$10$LgfYWkbzEvQ4JakH7rOvHe0y8pHKF9OaFgwUZ2q7W2FFZmZzJYlfS',
  ],
];

describe('bcrypt', () => {
  test.each(PUBLISHED)('makes the published hash of %s', (_, password, hash) => {
    const { input, cost } = inputOf(hash, password);
    expect(bcrypt.hash([input], cost)).toEqual([hash.replace(/^\$2a\$/, '$2y$')]);
  });

  test.each([2, 3, 4, 5])('makes the published hashes %i at a time, in their order', (count) => {
    const sameCost = PUBLISHED.filter(([, , hash]) => hash.slice(4, 6) === '05').slice(0, count);
    const inputs = sameCost.map(([, password, hash]) => inputOf(hash, password).input);
    expect(bcrypt.hash(inputs, 5)).toEqual(sameCost.map(([, , hash]) => hash.replace(/^\$2a\$/, '$2y$')));
  });

  test('makes what another implementation makes, whatever is hashed together and was hashed before', async () => {
    const input = fc.record({
      password: fc.uint8Array({ minLength: 1, maxLength: 80 }).filter((password) => !mayDiffer(password)),
      salt: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    });
    const inputs = fc.array(input, { minLength: 1, maxLength: MAX_LANES });
    await fc.assert(
      fc.asyncProperty(inputs, fc.constantFrom(4, 5), async (together, cost) => {
        const expected = await Promise.all(together.map((one) => hashElsewhere(one, cost)));
        expect(bcrypt.hash(together, cost)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  test('leaves nothing in memory that was made from a password', () => {
    const opened: Blowfish[] = [];
    const watched = new Bcrypt((laneCount) => {
      opened.push(openBlowfish(laneCount));
      return opened[0]!;
    });
    watched.hash([{ password: Buffer.from('secret'), salt: Buffer.alloc(16, 1) }], 4);
    const [lane] = opened[0]!.lanes;
    expect(new Set(new Uint8Array(lane!.tables.buffer))).toEqual(new Set([0]));
  });
});

/** Some of these hash-wasm hashes as `$2a$` of crypt_blowfish does, which is not `$2y$` there. No text in UTF-8 is one of them. */
function mayDiffer(password: Uint8Array): boolean {
  return password.some((byte, at) => byte === 0xff && (password[at + 1] ?? 0) >= 0x80);
}

async function hashElsewhere({ password, salt }: BcryptInput, costFactor: number): Promise<string> {
  const first72 = password.subarray(0, 72);
  const hash = await bcryptOfHashWasm({ password: first72, salt, costFactor, outputType: 'encoded' });
  return hash.replace(/^\$2a\$/, '$2y$');
}
