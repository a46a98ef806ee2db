import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { OpenSearchClient, type OpenSearchResponse, type OpenSearchSettings } from '../../src/clients/opensearch.ts';
import type { RestRead } from '../../src/clients/rest-answer.ts';
import type { Collection } from '../../src/clients/rest-collections.ts';
import type * as config from '../../src/clients/rest-config-types.ts';
import type { Role } from '../../src/clients/rest-entities.ts';
import { securityRest, type SecurityRest } from '../../src/clients/security-rest.ts';
import type { ApiPrefix } from '../../src/clients/security-api.ts';
import { adminCertificate, realStack, type RealStack } from './real-stack.ts';
import { isOfScenario } from './scenario.ts';
import { waitFor } from './wait-for.ts';

/** What the other tests rely on to stay as it is. */
interface Shared {
  readonly securityConfig: { readonly config: config.SecurityConfig };
  readonly audit: { readonly config: config.AuditConfig };
  readonly allowlist: { readonly config: config.Allowlist };
  /** On 2.19, a document of its own. */
  readonly whitelist: { readonly config: config.Allowlist } | undefined;
  readonly tenancy: config.Tenancy;
  /** Without those of tests beside this one, which come and go. */
  readonly roles: Readonly<Record<string, Role>>;
}

/** The real server as several people see it, and a memory of how it was. */
export class SecurityFixture {
  readonly real: RealStack;
  /** Begins the names of all entities that the tests make. */
  readonly prefix = `rest-${randomBytes(4).toString('hex')}`;
  /** With the admin certificate. */
  readonly admin: SecurityRest;
  /** A user with a role that may use the API. */
  readonly user: SecurityRest;
  readonly #clients: OpenSearchClient[] = [];
  #before: Shared | undefined;

  private constructor(real: RealStack) {
    this.real = real;
    this.admin = this.#open(this.#certificate());
    this.user = this.as(real.cluster.username, real.cluster.password);
  }

  static async start(): Promise<SecurityFixture> {
    const fixture = new SecurityFixture(await realStack());
    fixture.#before = await fixture.shared();
    return fixture;
  }

  /** Whether the server is of the 3.x line; the other one is 2.19. */
  get is3(): boolean {
    return this.real.cluster.version.startsWith('3.');
  }

  as(username: string, password: string): SecurityRest {
    return this.#open({ type: 'basic', username, password });
  }

  withOldPrefix(): SecurityRest {
    return this.#open(this.#certificate(), 'Opendistro');
  }

  name(suffix: string): string {
    return `${this.prefix}-${suffix}`;
  }

  get before(): Shared {
    if (this.#before === undefined) throw new Error('start was not called');
    return this.#before;
  }

  async shared(): Promise<Shared> {
    const { admin } = this;
    const roles = Object.entries(valueOf(await admin.roles.getAll()));
    return {
      securityConfig: valueOf(await admin.securityConfig.get()),
      audit: valueOf(await admin.audit.get()),
      allowlist: valueOf(await admin.allowlist.get()),
      whitelist: this.is3 ? undefined : valueOf(await admin.whitelist.get()),
      tenancy: valueOf(await admin.tenancy.get()),
      roles: Object.fromEntries(roles.filter(([name]) => !isOfScenario(name))),
    };
  }

  /** Removes what the tests made and puts back what they changed, whatever happened to them. */
  async restore(): Promise<void> {
    const { admin, before } = this;
    await this.#clean(admin.rolesMapping);
    await this.#clean(admin.internalUsers);
    await this.#clean(admin.roles);
    await this.#clean(admin.tenants);
    await this.#clean(admin.actionGroups);
    await this.#clean(admin.nodesDn);
    await this.#restoreRoles();
    const now = await this.shared();
    if (!isDeepStrictEqual(now.securityConfig, before.securityConfig))
      await admin.securityConfig.put(before.securityConfig.config);
    if (!isDeepStrictEqual(now.audit, before.audit)) await admin.audit.put(before.audit.config);
    if (!isDeepStrictEqual(now.allowlist, before.allowlist)) await admin.allowlist.put(before.allowlist.config);
    if (before.whitelist !== undefined && !isDeepStrictEqual(now.whitelist, before.whitelist))
      await admin.whitelist.put(before.whitelist.config);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  async #clean<Body, Entity>(collection: Collection<Body, Entity>): Promise<void> {
    const ours = Object.keys(valueOf(await collection.getAll())).filter((name) => name.startsWith(this.prefix));
    if (ours.length > 0) valueOf(await collection.patchAll(ours.map((name) => ({ op: 'remove', path: [name] }))));
  }

  async #restoreRoles(): Promise<void> {
    const now = valueOf(await this.admin.roles.getAll());
    const missing = Object.entries(this.before.roles).filter(([name]) => !Object.hasOwn(now, name));
    for (const [name, role] of missing) {
      // Only the admin certificate may say so, and nobody may say "static".
      const { static: isStatic, ...body } = role;
      if (!isStatic) await this.admin.roles.put(name, body);
    }
  }

  #certificate(): OpenSearchSettings['auth'] {
    return { type: 'certificate', ...adminCertificate(this.real.cluster) };
  }

  #open(auth: OpenSearchSettings['auth'], prefix: ApiPrefix = 'Plugins'): SecurityRest {
    const client = new PatientClient({
      endpoints: [this.real.cluster.nodes[0]?.url ?? ''],
      auth,
      caPem: this.real.caPem,
      insecureSkipVerify: false,
      requestTimeoutMs: 60_000,
      opaqueId: 'test',
    });
    this.#clients.push(client);
    return securityRest(client, prefix);
  }
}

/** Asks again when a test beside this one wrote in the same moment. */
class PatientClient extends OpenSearchClient {
  override async request(...asked: Parameters<OpenSearchClient['request']>): Promise<OpenSearchResponse> {
    return waitFor('a moment in which nobody else writes', async () => {
      const answer = await super.request(...asked);
      return answer.status === 409 ? undefined : answer;
    });
  }
}

/** The value of an answer that has to be one. */
export function valueOf<T>(answer: RestRead<T> | { readonly type: 'unchanged' }): T {
  if (answer.type !== 'ok') throw new Error(`expected a value: ${JSON.stringify(answer)}`);
  return answer.value;
}
