import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kubectl } from '../support/kubectl.ts';
import { Scenario } from '../support/scenario.ts';

type Row = Readonly<Record<string, string>>;

/** Nothing listens there: the port is reserved. */
const deadEndpoint = 'https://localhost:1';

describe('kubectl get opensearch-security -A', () => {
  let scenario: Scenario;
  let kubectl: Kubectl;
  let rows: readonly Row[];

  beforeAll(async () => {
    scenario = await Scenario.start();
    kubectl = new Kubectl(scenario.real.stack, scenario.namespace);
    await scenario.connect();
    const spec = { ...scenario.connectionSpec(), endpoints: [deadEndpoint] };
    await scenario.create('OpenSearchConnection', 'away', spec);
    await scenario.create('OpenSearchRole', 'ready', { name: `${scenario.namespace}-ready` });
    await scenario.create('OpenSearchRole', 'stalled', { name: 'kibana_user' });
    await scenario.create('OpenSearchTenant', 'waiting', { connectionRef: { name: 'away' } });
    await scenario.create('OpenSearchTenant', 'lost', { connectionRef: { name: 'missing' } });
    await untilTold();
    rows = ours(kubectl.run(['get', 'opensearch-security', '-A']));
  });
  afterAll(async () => {
    kubectl.close();
    await scenario.stop();
  });

  async function untilTold(): Promise<void> {
    scenario.startOperator();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
    await scenario.untilReason('OpenSearchConnection', 'away', 'Unreachable');
    await scenario.untilReason('OpenSearchRole', 'ready', 'Applied');
    await scenario.untilReason('OpenSearchRole', 'stalled', 'Reserved');
    await scenario.untilReason('OpenSearchTenant', 'waiting', 'ConnectionNotReady');
    await scenario.untilReason('OpenSearchTenant', 'lost', 'ConnectionNotFound');
  }

  /** Other tests have objects, too. The API group is left out of the names. */
  function ours(output: string): readonly Row[] {
    return readTables(output)
      .filter((row) => row['NAMESPACE'] === scenario.namespace)
      .map((row) => ({ ...row, NAME: (row['NAME'] ?? '').replace(/\..*\//, '/') }));
  }

  function connection(name: string): string {
    return `${scenario.namespace}/${name}`;
  }

  it('shows of each object whether it is ready and why, and by which connection', () => {
    const told = rows.map(({ NAME, READY, REASON, CONNECTION }) => [NAME, READY, REASON, CONNECTION]);
    expect(told).toEqual([
      ['opensearchconnection/away', 'False', 'Unreachable', undefined],
      ['opensearchconnection/default', 'True', 'Connected', undefined],
      ['opensearchrole/ready', 'True', 'Applied', connection('default')],
      ['opensearchrole/stalled', 'False', 'Reserved', connection('default')],
      ['opensearchtenant/lost', 'False', 'ConnectionNotFound', connection('missing')],
      ['opensearchtenant/waiting', 'False', 'ConnectionNotReady', connection('away')],
    ]);
  });

  it('shows of each connection the version of its cluster, once it is known', () => {
    const versions = rows.filter(({ NAME }) => NAME?.startsWith('opensearchconnection')).map(({ VERSION }) => VERSION);
    expect(versions).toEqual(['', scenario.real.cluster.version]);
  });

  it('ends with the message, which says more than the reason', () => {
    expect(rows.map((row) => Object.keys(row).at(-1))).toEqual(rows.map(() => 'MESSAGE'));
    expect(messageOf('opensearchconnection/away')).toContain('ECONNREFUSED');
    expect(messageOf('opensearchrole/stalled')).toContain('kibana_user');
    expect(messageOf('opensearchtenant/lost')).toContain(connection('missing'));
    expect(messageOf('opensearchtenant/waiting')).toContain(connection('away'));
  });

  it('shows the age', () => {
    expect(rows.map(({ AGE }) => AGE)).toEqual(rows.map(() => expect.stringMatching(/^\d+[sm]/)));
  });

  it('shows the same columns with -o wide', () => {
    const wide = ours(kubectl.run(['get', 'opensearch-security', '-A', '-o', 'wide']));
    expect(wide.map((row) => Object.keys(row))).toEqual(rows.map((row) => Object.keys(row)));
  });

  function messageOf(name: string): string | undefined {
    return rows.find(({ NAME }) => NAME === name)?.['MESSAGE'];
  }
});

/** The rows of all tables, one for each kind, each cell under the title of its column. */
function readTables(output: string): Row[] {
  return output.trimEnd().split('\n\n').flatMap(readTable);
}

function readTable(table: string): Row[] {
  const [header = '', ...lines] = table.split('\n');
  const columns = [...header.matchAll(/\S+/g)].map((match, index, all) => {
    const [title, start, end] = [match[0], match.index, all[index + 1]?.index];
    return { title, cut: (line: string) => line.slice(start, end).trim() };
  });
  return lines.map((line) => Object.fromEntries(columns.map(({ title, cut }) => [title, cut(line)])));
}
