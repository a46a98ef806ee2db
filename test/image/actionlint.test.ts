import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { missingTools } from '../stack/find-tool.ts';
import { goTool } from '../tools/go-tool.ts';
import { actionlint } from './tools.ts';

const FOLDER = join(import.meta.dirname, '../../.github/workflows');
const [whyNot] = missingTools(['go']);

describe(`the workflows${whyNot === undefined ? '' : ` (${whyNot})`}`, () => {
  (whyNot === undefined ? it : it.skip)(
    'have nothing that actionlint finds fault with',
    async () => {
      const program = await goTool(actionlint, () => undefined);
      const files = readdirSync(FOLDER).map((name) => join(FOLDER, name));
      // Without the programs that it would find on some machines only. It fails with what it has to say.
      const output = execFileSync(program, ['-shellcheck=', '-pyflakes=', ...files], { encoding: 'utf8' });
      expect(output).toBe('');
    },
    15 * 60_000,
  );
});
