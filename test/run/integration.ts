import { testDeployment } from './deploy.ts';
import { buildJudges } from './judges.ts';
import { runJest } from './jest.ts';
import { bundledOperator } from './operator-bundle.ts';
import { phase, type Run } from './phase.ts';
import { checkRights, type RightsLane } from './rights.ts';
import { clusterStackName, stackName, versions } from './servers.ts';
import type { Tally } from './tally.ts';

const timeoutMs = 40 * 60_000;
/** Files that have nothing to do with what OpenSearch does. */
const once = 'integration/(crds|leadership|statuses)';
/** Files that start an OpenSearch of their own. */
const apart = 'integration/(config-lockout|config-switched-off|nodes)';

interface Lane {
  readonly title: string;
  /** Of jest. */
  readonly project: 'integration' | 'conformance' | 'image';
  readonly args?: readonly string[];
  readonly version?: string;
  /** Where operators are installed for the whole cluster; for some namespaces otherwise. */
  readonly clusterStack?: string;
}

/** How operators are installed on which API server. */
const installations: readonly RightsLane[] = [
  { mode: 'cluster', stack: clusterStackName },
  { mode: 'namespaces', stack: stackName },
];

/**
 * All that needs the servers, in lanes beside each other: one for each version of OpenSearch, and two, in turn, for what has
 * servers of its own and for what is tested once. Each test has a namespace of its own, and most of the time they wait. In the
 * end it is seen whether the rights of the operators were the ones that are needed.
 */
export async function testIntegration(run: Run): Promise<readonly Tally[]> {
  const [newest, ...others] = versions;
  const lanes = [
    testVersion(run, newest, { clusterStack: clusterStackName }),
    ...others.map((version) => testVersion(run, version, {})),
    testApart(run),
    testOnce(run),
  ];
  const tallies = (await Promise.all(lanes)).flat();
  return [...tallies, await phase(run, 'rights of the operators', () => checkRights(run, installations))];
}

function testVersion(run: Run, version: string, installed: Pick<Lane, 'clusterStack'>): Promise<Tally> {
  const args = ['--testPathIgnorePatterns', once, apart];
  return test(run, { title: `OpenSearch ${version}`, project: 'integration', args, version, ...installed });
}

async function testApart(run: Run): Promise<readonly Tally[]> {
  const args = ['--testPathPatterns', apart];
  const tallies: Tally[] = [];
  for (const version of versions)
    tallies.push(await test(run, { title: `OpenSearch ${version} of its own`, project: 'integration', args, version }));
  return tallies;
}

async function testOnce(run: Run): Promise<readonly Tally[]> {
  const args = ['--testPathPatterns', once];
  return [
    await test(run, { title: 'CRDs, statuses and replicas', project: 'integration', args }),
    await testChart(run),
    await test(run, { title: 'the image', project: 'image' }),
    (await buildJudges(run)) ?? (await test(run, { title: 'Argo CD and Flux', project: 'conformance' })),
  ];
}

function testChart(run: Run): Promise<Tally> {
  const title = 'tests of the deployment';
  return phase(run, title, () => testDeployment(run, `${stackName}-deploy`, linesOf(run, 'deployment')));
}

function test(run: Run, lane: Lane): Promise<Tally> {
  const { title: name, project, args = [], version = versions[0], clusterStack } = lane;
  const title = `tests of ${name}`;
  const installed =
    clusterStack === undefined
      ? { OPERATOR_RIGHTS: 'namespaces' }
      : { OPERATOR_RIGHTS: 'cluster', API_SERVER_STACK: clusterStack };
  const jest = {
    args: ['--selectProjects', project, '--runInBand', ...args],
    env: { STACK_NAME: stackName, OPENSEARCH_VERSION: version, ...bundledOperator(run), ...installed },
  };
  return phase(run, title, () => runJest(run, { title, ...jest, onLine: linesOf(run, name), timeoutMs }));
}

/** Tells of each file how it ended. */
function linesOf(run: Run, name: string): (line: string) => void {
  return (line) => {
    if (/^(PASS|FAIL) /.test(line)) run.log(`${name}: ${line}`);
  };
}
