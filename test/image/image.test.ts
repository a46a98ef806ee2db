import { createHash } from 'node:crypto';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundle } from '../../scripts/bundle.ts';
import { toKubeconfig } from '../stack/kubeconfig.ts';
import { cacheFolder, runFolder } from '../stack/paths.ts';
import { HOME } from '../support/rights.ts';
import { Scenario } from '../support/scenario.ts';
import { Container, type Unpacked, type Wanted } from './container.ts';
import { ImageStore, type ImageConfig } from './image-store.ts';
import { BASES, standIns } from './stand-ins.ts';
import { whyNoImage } from './tools.ts';

const PROJECT = join(import.meta.dirname, '../..');
const TAG = 'localhost/operator:test';
const USER = 65532;
const MAX_OWN_BYTES = 90_000_000;
const CERTIFICATES = '/etc/ssl/certs';
const NOT_THERE = [
  'sh',
  'bash',
  'dash',
  'busybox',
  'npm',
  'npx',
  'corepack',
  'apt',
  'apt-get',
  'dpkg',
  'perl',
  'openssl',
];
const LOOK = `const fs = require('node:fs');
const tryTo = (action) => { try { action(); return 'done'; } catch ({ code }) { return code; } };
console.log(JSON.stringify({
  node: process.versions.node.split('.')[0],
  environment: process.env.NODE_ENV,
  pid: process.pid,
  root: tryTo(() => fs.writeFileSync('/file', '')),
  app: tryTo(() => fs.appendFileSync('/app/main.js', '')),
}));`;

const whyNot = whyNoImage();
const describeImage = whyNot === undefined ? describe : describe.skip;

describeImage(`the image${whyNot === undefined ? '' : ` (${whyNot})`}`, () => {
  const containers: Container[] = [];
  let store: ImageStore;
  let image: Unpacked;

  beforeAll(async () => {
    store = new ImageStore(runFolder(process.env['STACK_NAME'] ?? 'test'));
    for (const file of await standIns(() => undefined)) await store.load(file);
    const npmCache = join(cacheFolder(), 'image-npm');
    mkdirSync(npmCache, { recursive: true });
    // Whom this machine trusts, for `npm ci`.
    const mounts = [[CERTIFICATES, `${CERTIFICATES}:ro`] as const, [npmCache, '/root/.npm'] as const];
    await store.build({ context: PROJECT, tag: TAG, mounts });
    image = { config: await store.config(TAG), root: await store.unpack(TAG) };
  }, 15 * 60_000);
  afterAll(async () => {
    await Promise.all(containers.map((container) => container.kill()));
    await store.remove();
  });

  function start(wanted: Wanted): Container {
    const container = Container.start(store.folder, image, wanted);
    containers.push(container);
    return container;
  }

  async function outputOf(wanted: Wanted): Promise<string> {
    const container = start(wanted);
    if ((await container.exit) !== 0) throw new Error(container.output);
    return container.output;
  }

  it('says what it is, and is run by a user that Kubernetes can tell is not root', () => {
    const { version, license } = JSON.parse(
      readFileSync(join(PROJECT, 'package.json'), 'utf8'),
    ) as ImageConfig['Labels'];
    expect(image.config.User).toBe(`${USER}:${USER}`);
    expect(image.config.Healthcheck).toBeUndefined();
    const label = (name: string) => image.config.Labels[`org.opencontainers.image.${name}`];
    expect([label('title'), label('version'), label('licenses')]).toEqual([
      'opensearch-security-operator',
      version,
      license,
    ]);
    expect([label('description'), label('revision'), label('source')]).toEqual([
      expect.stringContaining('OpenSearch'),
      '',
      '',
    ]);
  });

  it('adds a folder to its base image and nothing else, in less than 90 MB', async () => {
    const base = await store.unpack(BASES.distroless);
    expect(filesIn(image.root).filter((file) => !file.startsWith('app/'))).toEqual(filesIn(base));
    const own = (await store.layerBytes(TAG)).slice((await store.layerBytes(BASES.distroless)).length);
    expect(own.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(MAX_OWN_BYTES);
  });

  it('has no shell and nothing to install with', () => {
    const names = new Set(filesIn(image.root).map((file) => file.slice(file.lastIndexOf('/') + 1)));
    expect(names).toContain('node');
    expect(NOT_THERE.filter((name) => names.has(name))).toEqual([]);
  });

  it('has the same program, byte for byte, that is made here', async () => {
    // At the same depth as `dist`, since names of parts depend on the way from there to the sources.
    const folder = mkdtempSync(join(PROJECT, 'dist-'));
    try {
      await bundle(join(PROJECT, 'src/main.ts'), folder);
      const ofImage = readdirSync(join(image.root, 'app')).filter((name) => name.endsWith('.js'));
      const digests = (root: string) => ofImage.map((name) => [name, digest(join(root, name))]);
      expect(ofImage).toEqual(expect.arrayContaining(['main.js', 'password-thread.js']));
      expect(digests(join(image.root, 'app'))).toEqual(digests(folder));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('cannot write anywhere, as the first process of its container', async () => {
    const seen: unknown = JSON.parse(await outputOf({ command: ['/nodejs/bin/node', '-e', LOOK] }));
    expect(seen).toEqual({ node: '24', environment: 'production', pid: 1, root: 'EROFS', app: 'EACCES' });
  });

  it('is the command line, too', async () => {
    expect(await outputOf({ args: ['--help'] })).toContain('Usage: opensearch-security');
  });

  it('makes a role in a real cluster without any privilege, and ends with 0 on SIGTERM', async () => {
    const scenario = await Scenario.start();
    try {
      await scenario.connect();
      const operator = start({
        args: ['operator', ...scenario.rights.flags, '--metrics-port', '0'],
        env: ['KUBECONFIG=/tmp/kubeconfig'],
        files: [
          [kubeconfigFor(scenario), '/tmp/kubeconfig'],
          ['/etc/hosts', '/etc/hosts'],
        ],
      });
      const name = `${scenario.namespace}-reader`;
      await scenario.create('OpenSearchRole', 'reader', { name, clusterPermissions: ['cluster_monitor'] });
      await scenario.untilReason('OpenSearchRole', 'reader', 'Applied').catch((error: unknown) => {
        throw new Error(`${String(error)}; container: ${operator.output.slice(-2000)}`);
      });
      expect(await scenario.entity('roles', name)).toMatchObject({ cluster_permissions: ['cluster_monitor'] });
      const four = Array.from({ length: 4 }, () => USER).join(' ');
      expect([await operator.kernelSays('Uid'), await operator.kernelSays('Gid')]).toEqual([four, four]);
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
        expect(await operator.kernelSays(set)).toMatch(/^0+$/);
      expect(await operator.kernelSays('NoNewPrivs')).toBe('1');
      await operator.signal('SIGTERM');
      expect(await operator.exit).toBe(0);
    } finally {
      await scenario.stop();
    }
  });

  /** Whole in one file that the user of the image may read. */
  function kubeconfigFor({ real: { stack }, rights: { token } }: Scenario): string {
    const path = join(store.folder, 'kubeconfig');
    const { url: server, caPath } = stack.apiServer;
    const entry = { server, ca: { pem: readFileSync(caPath, 'utf8') }, token, namespace: HOME };
    writeFileSync(path, toKubeconfig(entry), { mode: 0o400 });
    chownSync(path, USER, USER);
    return path;
  }
});

/** All but folders, by their path below `root`. */
function filesIn(root: string): readonly string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1)).sort();
}

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
