/**
 * Writes the test data of `deploy/argocd/resource_customizations/` from live objects: `npm run generate:argocd-testdata`, with
 * `STACK_NAME` naming a stack that has the CRDs. What Argo CD has to make of each comes from `expected.ts`, not from the scripts.
 *
 * Of what the API server returned only this is changed: where the servers run, the name of the namespace, and `managedFields` is left out.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import { Scenario, type KindName, type LiveObject } from '../support/scenario.ts';
import { collectSpecimens, type Phase, type Specimen } from './collect.ts';
import { argoMessage, CASES, EXPECTED } from './expected.ts';

const ROOT = new URL('../../deploy/argocd/resource_customizations/security.opensearch.org/', import.meta.url);
const PAUSED = 'security.opensearch.org/paused';
const REFRESHED = 'security.opensearch.org/reconcile-requested-at';
/** The tests of Argo CD compare all but the time. */
const SOME_TIME = '2026-01-01T00:00:00Z';

type Find = (phase: Phase) => Specimen;

function writeHealth(folder: URL, phases: readonly Phase[], find: Find): void {
  const tests = phases.map((phase) => {
    write(folder, `testdata/${fileName(phase)}`, find(phase).object);
    const healthStatus = { status: EXPECTED[phase].argo, message: argoMessage(find(phase)) };
    return { healthStatus, inputPath: `testdata/${fileName(phase)}` };
  });
  write(folder, 'health_test.yaml', { tests });
}

function writeActions(folder: URL, kind: KindName, find: Find): void {
  const ready = find('ready').object;
  write(folder, 'actions/testdata/ready.yaml', ready);
  write(folder, 'actions/testdata/ready-refreshed.yaml', annotated(ready, { [REFRESHED]: SOME_TIME }));
  const refresh = { action: 'refresh', ...files('ready', 'ready-refreshed') };
  if (kind === 'OpenSearchConnection') {
    const discoveryTests = [{ inputPath: 'testdata/ready.yaml', result: [{ name: 'refresh' }] }];
    write(folder, 'actions/action_test.yaml', { discoveryTests, actionTests: [refresh] });
    return;
  }
  const paused = find('paused').object;
  write(folder, 'actions/testdata/ready-paused.yaml', annotated(ready, { [PAUSED]: 'true' }));
  write(folder, 'actions/testdata/paused.yaml', paused);
  write(folder, 'actions/testdata/paused-resumed.yaml', annotated(paused, { [PAUSED]: undefined }));
  write(folder, 'actions/action_test.yaml', {
    discoveryTests: [
      { inputPath: 'testdata/ready.yaml', result: discovered('resume') },
      { inputPath: 'testdata/paused.yaml', result: discovered('pause') },
    ],
    actionTests: [
      refresh,
      { action: 'pause', ...files('ready', 'ready-paused') },
      { action: 'resume', ...files('paused', 'paused-resumed') },
    ],
  });
}

function discovered(disabled: string): object[] {
  return ['refresh', 'pause', 'resume'].map((name) => ({ name, ...(name === disabled ? { disabled: true } : {}) }));
}

function files(input: string, output: string): { readonly inputPath: string; readonly expectedOutputPath: string } {
  return { inputPath: `testdata/${input}.yaml`, expectedOutputPath: `testdata/${output}.yaml` };
}

function annotated(object: LiveObject, changes: Readonly<Record<string, string | undefined>>): object {
  const { annotations = {} } = object.metadata as { readonly annotations?: Readonly<Record<string, string>> };
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, ...changes } } };
}

function write(folder: URL, path: string, content: object): void {
  const url = new URL(path, folder);
  mkdirSync(new URL('.', url), { recursive: true });
  writeFileSync(url, dump(content, { noRefs: true, lineWidth: -1, skipInvalid: true }));
}

function fileName(phase: Phase): string {
  return `${phase.replaceAll(' ', '-')}.yaml`;
}

/** As it would be in a cluster like those of the examples. */
function neutral(specimen: Specimen, { namespace, real }: Scenario): Specimen {
  const metadata = { ...specimen.object.metadata, managedFields: undefined };
  const text = JSON.stringify({ ...specimen.object, metadata })
    .replaceAll(namespace, 'search')
    .replaceAll(real.cluster.nodes[0]?.url ?? '', 'https://opensearch.search.svc:9200');
  return { ...specimen, object: JSON.parse(text) as LiveObject };
}

async function capture(): Promise<readonly Specimen[]> {
  const scenario = await Scenario.start();
  try {
    return (await collectSpecimens(scenario)).map((specimen) => neutral(specimen, scenario));
  } finally {
    await scenario.stop();
  }
}

const specimens = await capture();
for (const kind of new Set(CASES.map((one) => one.kind))) {
  const folder = new URL(`${kind}/`, ROOT);
  for (const path of ['testdata', 'actions/testdata']) rmSync(new URL(path, folder), { recursive: true, force: true });
  const find: Find = (phase) => {
    const found = specimens.find((specimen) => specimen.kind === kind && specimen.phase === phase);
    if (found === undefined) throw new Error(`no ${kind} was seen in the phase ${phase}`);
    return found;
  };
  const phases = CASES.filter((one) => one.kind === kind).map(({ phase }) => phase);
  writeHealth(folder, phases, find);
  writeActions(folder, kind, find);
}
