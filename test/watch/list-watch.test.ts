import { afterEach, describe, expect, test } from '@jest/globals';
import type { KubernetesRequest } from '../../src/clients/kubernetes.ts';
import { KubernetesError } from '../../src/errors.ts';
import type { Log } from '../../src/log.ts';
import { ListWatch, type RawObject } from '../../src/watch/list-watch.ts';
import { WatchProgress } from '../../src/watch/watch-progress.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeKubernetes } from '../support/fake-kubernetes.ts';

const PLURAL = 'opensearchroles';
const PATH = `/apis/security.opensearch.org/v1alpha1/${PLURAL}`;

interface Seen {
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
  readonly spec: unknown;
}

const stops: AbortController[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

class Stage {
  readonly clock = new FakeClock();
  readonly kubernetes = new FakeKubernetes(() => this.clock.now());
  /** What was told, a word each: `+ops`, `~ops`, `-ops`. */
  readonly told: string[] = [];
  /** How many requests there had been when each of these was told. */
  readonly askedWhenTold: number[] = [];
  readonly stop = new AbortController();
  isSynced = false;
  readonly progress = new WatchProgress();
  /** Every line of the log: its level, and what it says. */
  readonly logged: string[] = [];
  readonly log = fakeLog(this.logged);
  readonly watch = new ListWatch<Seen>({
    kubernetes: this.kubernetes.client,
    path: PATH,
    progress: this.progress,
    isRequired: true,
    project: toSeen,
    onChange: ({ before, after }) => {
      this.told.push(`${sign(before, after)}${(after ?? before)?.name}`);
      this.askedWhenTold.push(this.kubernetes.requests.length);
    },
    clock: this.clock,
    random: () => 0.5,
    log: this.log,
  });

  async start(): Promise<this> {
    stops.push(this.stop);
    void this.watch.run(this.stop.signal);
    void this.watch.synced.then(() => (this.isSynced = true));
    await this.clock.advance(0);
    return this;
  }

  create(name: string): void {
    this.kubernetes.create(PLURAL, 'team-a', { metadata: { name }, spec: {} });
  }

  /** The requests since the last time, `list`, `list of one` or `watch from`. */
  requests(): readonly string[] {
    return this.kubernetes.requests.splice(0).map(({ query }) => {
      if (query?.['watch'] === 'true') return `watch ${query['resourceVersion'] ?? ''}`;
      return query?.['limit'] === '1' ? 'list of one' : 'list';
    });
  }
}

function fakeLog(lines: string[]): Log {
  const at =
    (level: string) =>
    (...line: readonly unknown[]): void =>
      void lines.push(`${level} ${JSON.stringify(line)}`);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function toSeen({ metadata, spec }: RawObject): Seen {
  return { namespace: metadata.namespace ?? '', name: metadata.name, resourceVersion: metadata.resourceVersion, spec };
}

function sign(before: Seen | undefined, after: Seen | undefined): string {
  if (before === undefined) return '+';
  return after === undefined ? '-' : '~';
}

describe('a watched collection', () => {
  test('begins with what is there, and is in step from then on', async () => {
    const stage = new Stage();
    stage.create('a');
    await stage.start();
    stage.create('b');
    stage.kubernetes.edit(PLURAL, 'team-a', { metadata: { name: 'a' }, spec: { x: 1 } });
    stage.kubernetes.delete(PLURAL, 'team-a', 'b');
    await stage.clock.advance(0);
    expect(stage.told).toEqual(['+a', '+b', '~a', '-b']);
    expect([...stage.watch.objects.values()]).toMatchObject([{ name: 'a', spec: { x: 1 } }]);
  });

  test('is listed in pages, all of one moment', async () => {
    const stage = new Stage();
    for (let index = 0; index < 1200; index += 1) stage.create(`role-${index}`);
    await stage.start();
    expect(stage.requests()).toEqual(['list', 'list', 'list', `watch ${stage.kubernetes.version}`]);
    expect(stage.watch.objects.size).toBe(1200);
  });

  test('takes a page in while the server is at work on the next', async () => {
    const stage = new Stage();
    for (let index = 0; index < 1200; index += 1) stage.create(`role-${index}`);
    await stage.start();
    expect([0, 499, 500, 999, 1000].map((index) => stage.askedWhenTold[index])).toEqual([2, 2, 3, 3, 3]);
  });

  test('is synced after its last page only', async () => {
    const stage = new Stage();
    for (let index = 0; index < 600; index += 1) stage.create(`role-${index}`);
    stage.kubernetes.refuse = ({ query }) =>
      query?.['continue'] === undefined ? undefined : new KubernetesError('no', 500, '');
    await stage.start();
    expect(stage.isSynced).toBe(false);
    stage.kubernetes.refuse = () => undefined;
    await stage.clock.advance(1000);
    expect(stage.isSynced).toBe(true);
    expect(stage.told).toHaveLength(600);
  });

  test('is listed anew when the pages of a list have expired', async () => {
    const stage = new Stage();
    for (let index = 0; index < 600; index += 1) stage.create(`role-${index}`);
    let isFirst = true;
    stage.kubernetes.refuse = ({ query }) => {
      if (query?.['continue'] !== undefined && isFirst) stage.kubernetes.expirePages();
      isFirst = isFirst && query?.['continue'] === undefined;
      return undefined;
    };
    await stage.start();
    await stage.clock.advance(1000);
    expect(stage.watch.objects.size).toBe(600);
    expect(stage.isSynced).toBe(true);
  });

  test('goes on where a watch ended, without a list and without telling anything twice', async () => {
    const stage = await new Stage().start();
    stage.create('a');
    await stage.clock.advance(10_000);
    const version = stage.kubernetes.version;
    stage.requests();
    stage.kubernetes.endWatches();
    await stage.clock.advance(1000);
    expect(stage.requests()).toEqual([`watch ${version}`]);
    expect(stage.told).toEqual(['+a']);
  });

  test('sees what happened between two watches', async () => {
    const stage = await new Stage().start();
    await stage.clock.advance(10_000);
    stage.kubernetes.breakWatches(new KubernetesError('reset', 0, 'Unreachable'));
    stage.create('a');
    await stage.clock.advance(1000);
    expect(stage.told).toEqual(['+a']);
  });

  test('goes on from the last bookmark', async () => {
    const stage = await new Stage().start();
    stage.kubernetes.bookmark();
    const version = stage.kubernetes.version;
    await stage.clock.advance(10_000);
    stage.requests();
    stage.kubernetes.endWatches();
    await stage.clock.advance(1000);
    expect(stage.requests()).toEqual([`watch ${version}`]);
  });

  test('is listed anew when the place is no longer known, and tells what disappeared meanwhile', async () => {
    const stage = new Stage();
    for (const name of ['gone', 'changed', 'same']) stage.create(name);
    await stage.start();
    stage.told.length = 0;
    stage.kubernetes.breakWatches(new KubernetesError('reset', 0, 'Unreachable'));
    stage.kubernetes.delete(PLURAL, 'team-a', 'gone');
    stage.kubernetes.edit(PLURAL, 'team-a', { metadata: { name: 'changed' }, spec: { x: 1 } });
    stage.create('new');
    stage.kubernetes.compact();
    await stage.clock.advance(10_000);
    expect(stage.told.sort()).toEqual(['+new', '-gone', '~changed']);
  });

  test('waits longer after each failure, up to a bound', async () => {
    const stage = new Stage();
    stage.kubernetes.refuse = () => new KubernetesError('no', 500, '');
    await stage.start();
    const pauses: number[] = [];
    for (let failures = 0; failures < 10; failures += 1) {
      const [pauseMs = 0] = stage.clock.sleepsMs;
      pauses.push(pauseMs);
      await stage.clock.advance(pauseMs);
    }
    expect(pauses.slice(0, 4)).toEqual([187.5, 375, 750, 1500]);
    expect(pauses.at(-1)).toBe(22_500);
  });

  test('that breaks after a long time of health waits as after a first failure', async () => {
    const stage = await new Stage().start();
    await stage.clock.advance(120_000);
    stage.kubernetes.breakWatches(new KubernetesError('reset', 0, 'Unreachable'));
    await stage.clock.advance(0);
    expect(stage.clock.sleepsMs[0]).toBeLessThan(500);
  });

  test('is not asked without a pause by watches that end at once', async () => {
    const stage = await new Stage().start();
    stage.requests();
    for (let ends = 0; ends < 50; ends += 1) {
      stage.kubernetes.endWatches();
      await stage.clock.advance(10);
    }
    expect(stage.requests().length).toBeLessThan(10);
  });

  test('that may not be listed says so once, in the words of the server, and is missing until it may', async () => {
    const stage = new Stage();
    stage.kubernetes.refuse = ({ path }) => new KubernetesError(`GET ${path}: roles is forbidden`, 403, 'Forbidden');
    await stage.start();
    await stage.clock.advance(300_000);
    expect(stage.progress.missing()).toEqual([`${PATH}: roles is forbidden`]);
    expect(stage.logged.filter((line) => line.startsWith('warn'))).toEqual([
      expect.stringMatching(/roles is forbidden.*nothing is reconciled until it is complete/) as unknown,
    ]);
    stage.kubernetes.refuse = () => undefined;
    await stage.clock.advance(60_000);
    expect(stage.progress.missing()).toEqual([]);
  });

  test('tells another cause, too', async () => {
    const stage = new Stage();
    for (const words of ['no', 'neither']) {
      stage.kubernetes.refuse = () => new KubernetesError(words, 500, '');
      await (words === 'no' ? stage.start() : stage.clock.advance(60_000));
    }
    expect(stage.logged.filter((line) => line.startsWith('warn'))).toHaveLength(2);
  });

  test('moves with each line and each new try, and is stuck when nothing comes', async () => {
    const stage = await new Stage().start();
    const beat = (times: number): void => {
      for (let time = 0; time < times; time += 1) stage.progress.beat();
    };
    beat(2);
    stage.kubernetes.bookmark();
    await stage.clock.advance(0);
    beat(2);
    expect(stage.progress.stuck(2)).toEqual([]);
    stage.kubernetes.breakWatches(new KubernetesError('reset', 0, 'Unreachable'));
    await stage.clock.advance(1000);
    beat(2);
    expect(stage.progress.stuck(2)).toEqual([]);
    beat(1);
    expect(stage.progress.stuck(2)).toEqual([PATH]);
    stage.stop.abort();
    await stage.clock.advance(0);
    expect(stage.progress.stuck(2)).toEqual([]);
  });

  /** A watch brings nothing at all, not even a bookmark, until it ends. */
  async function passInSilence(stage: Stage): Promise<void> {
    await stage.clock.advance(150_000);
    stage.kubernetes.breakWatches(new KubernetesError('nothing came', 0, 'Unreachable'));
    await stage.clock.advance(1000);
  }

  test('is listed anew when a watch has brought nothing since the server was set back to an earlier state', async () => {
    const stage = await new Stage().start();
    stage.kubernetes.setBack();
    stage.requests();
    await passInSilence(stage);
    expect(stage.requests()).toEqual(['list of one', 'list', `watch ${stage.kubernetes.version}`]);
    expect(stage.logged.join()).not.toContain('cannot be listed');
  });

  test('goes on where it was when a watch has brought nothing since nothing happened', async () => {
    const stage = new Stage();
    for (let index = 0; index < 600; index += 1) stage.create(`role-${index}`);
    await stage.start();
    stage.requests();
    for (let time = 0; time < 3; time += 1) {
      await passInSilence(stage);
      expect(stage.requests()).toEqual(['list of one', `watch ${stage.kubernetes.version}`]);
    }
    stage.create('a');
    await stage.clock.advance(0);
    expect(stage.told.at(-1)).toBe('+a');
  });

  test('is asked again how far the server is when that was not answered', async () => {
    const stage = await new Stage().start();
    stage.kubernetes.setBack();
    stage.requests();
    stage.kubernetes.refuse = () => new KubernetesError('no', 503, '');
    await passInSilence(stage);
    stage.kubernetes.refuse = () => undefined;
    await stage.clock.advance(10_000);
    expect([...new Set(stage.requests())]).toEqual(['list of one', 'list', `watch ${stage.kubernetes.version}`]);
  });

  test('goes on where a watch ended that had brought nothing but bookmarks', async () => {
    const stage = await new Stage().start();
    await stage.clock.advance(60_000);
    stage.kubernetes.bookmark();
    await stage.clock.advance(150_000);
    stage.requests();
    stage.kubernetes.breakWatches(new KubernetesError('nothing came', 0, 'Unreachable'));
    await stage.clock.advance(1000);
    expect(stage.requests()).toEqual([`watch ${stage.kubernetes.version}`]);
  });

  test('does not catch up where it may not be listed any more, which it says at once', async () => {
    const stage = await new Stage().start();
    stage.kubernetes.refuse = () => new KubernetesError('forbidden', 403, 'Forbidden');
    const failed = expect(stage.watch.catchUp(stage.stop.signal)).rejects.toThrow('forbidden');
    await stage.clock.advance(0);
    await failed;
  });

  test('catches up at once with what its watch has not brought, and is in step from then on', async () => {
    const stage = new Stage();
    for (const name of ['gone', 'same']) stage.create(name);
    await stage.start();
    stage.kubernetes.unseen(() => {
      stage.create('new');
      stage.kubernetes.delete(PLURAL, 'team-a', 'gone');
    });
    await stage.clock.advance(0);
    stage.told.length = 0;
    stage.requests();
    const caughtUp = Promise.all([stage.watch.catchUp(stage.stop.signal), stage.watch.catchUp(stage.stop.signal)]);
    await stage.clock.advance(0);
    await caughtUp;
    expect(stage.told.sort()).toEqual(['+new', '-gone']);
    expect(stage.requests()).toEqual(['list', `watch ${stage.kubernetes.version}`]);
    stage.create('later');
    await stage.clock.advance(0);
    expect([stage.told, stage.clock.sleepsMs, stage.kubernetes.watchers]).toEqual([['+new', '-gone', '+later'], [], 1]);
  });

  test('catches up by another list than the one that is under way', async () => {
    const stage = await new Stage().start();
    let goOn = (): void => undefined;
    stage.kubernetes.delay = ({ query }) =>
      query?.['watch'] === undefined ? new Promise((resolve) => (goOn = () => resolve(undefined))) : undefined;
    const first = stage.watch.catchUp(stage.stop.signal);
    await stage.clock.advance(0);
    stage.kubernetes.unseen(() => stage.create('late'));
    const second = stage.watch.catchUp(stage.stop.signal).then(() => [...stage.told]);
    for (const list of [first, second]) {
      goOn();
      await stage.clock.advance(0);
      await list;
    }
    expect(await second).toEqual(['+late']);
  });

  test('does not catch up without a list, which it says after a minute, and goes on where it was', async () => {
    const stage = await new Stage().start();
    const isList = ({ query }: KubernetesRequest): boolean => query?.['watch'] === undefined;
    stage.kubernetes.refuse = (request) => (isList(request) ? new KubernetesError('no', 503, '') : undefined);
    const failed = expect(stage.watch.catchUp(stage.stop.signal)).rejects.toThrow(`${PATH} cannot be listed anew`);
    await stage.clock.advance(60_000);
    await failed;
    stage.create('a');
    await stage.clock.advance(60_000);
    expect(stage.told).toEqual(['+a']);
  });

  test('catches up however long a list takes, as long as its pages come', async () => {
    const stage = new Stage();
    for (let index = 0; index < 1200; index += 1) stage.create(`role-${index}`);
    await stage.start();
    const never = new AbortController().signal;
    stage.kubernetes.delay = ({ query }) =>
      query?.['watch'] === undefined ? stage.clock.sleep(50_000, never) : undefined;
    let isThere = false;
    void stage.watch.catchUp(stage.stop.signal).then(() => (isThere = true));
    await stage.clock.advance(140_000);
    expect(isThere).toBe(false);
    await stage.clock.advance(10_000);
    expect(isThere).toBe(true);
  });

  test('does not catch up by a list of which the same page fails each time, which it says after a minute', async () => {
    const stage = new Stage();
    for (let index = 0; index < 1200; index += 1) stage.create(`role-${index}`);
    await stage.start();
    stage.kubernetes.refuse = ({ query }) =>
      query?.['continue'] === undefined ? undefined : new KubernetesError('no', 503, '');
    const failed = expect(stage.watch.catchUp(stage.stop.signal)).rejects.toThrow(`${PATH} cannot be listed anew`);
    await stage.clock.advance(70_000);
    await failed;
  });

  test('waits for no list any more after the end', async () => {
    const stage = await new Stage().start();
    stage.kubernetes.refuse = () => new KubernetesError('no', 503, '');
    const caughtUp = stage.watch.catchUp(stage.stop.signal);
    stage.stop.abort();
    await stage.clock.advance(0);
    await expect(caughtUp).resolves.toBeUndefined();
  });

  test('is left in peace after the end', async () => {
    const stage = await new Stage().start();
    stage.stop.abort();
    await stage.clock.advance(0);
    stage.requests();
    stage.create('a');
    await stage.clock.advance(600_000);
    expect([stage.requests(), stage.told, stage.kubernetes.watchers]).toEqual([[], [], 0]);
  });
});
