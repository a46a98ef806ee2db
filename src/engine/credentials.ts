import { isAborted } from '../concurrency.ts';
import type { UserPassword } from '../commit/passwords/password-hasher.ts';
import { bcryptHashProblem } from '../desired/bcrypt-hash.ts';
import type { Credential } from '../desired/claim.ts';
import { secretText } from '../desired/secret-text.ts';
import { toPasswordPolicy, type PasswordPolicy } from '../desired/password-rules.ts';
import { objectKey, resourceName, type NamespacedName, type ObjectKey, type Resource } from '../desired/resource.ts';
import { messageOf } from '../errors.ts';
import type { CredentialSource } from '../kinds/kind.ts';
import { backoffMs } from '../backoff.ts';
import { Gathering } from './gathering.ts';
import type { Connection } from './resolve-settings.ts';
import { secretValue } from './secret-value.ts';
import type { World } from './world.ts';

interface Known {
  /** What it was found out from. */
  readonly from: string;
  credential: Credential;
  readonly job: AbortController;
  failures: number;
  /** Somebody waits for it: the object has to be written, and cannot be without it. */
  isAwaited: boolean;
  /** Somebody waits for it from now on. */
  readonly hasten: () => void;
}

const TRIES_BEFORE_WORDS = 3;

const RETRY = { firstMs: 1000, maxMs: 60_000 };

/**
 * The secret parts of the entities of one connection. What has to be read or computed first is `unknown`, and told when it
 * is there; nothing is computed twice for the same Secret.
 */
export class Credentials {
  readonly #world: World;
  readonly #connection: NamespacedName;
  readonly #ready: Gathering<ObjectKey>;
  readonly #known = new Map<ObjectKey, Known>();

  constructor(world: World, connection: NamespacedName, onReady: (key: ObjectKey) => void) {
    this.#world = world;
    this.#connection = connection;
    this.#ready = new Gathering(world.clock, onReady);
  }

  of(resource: Resource, connection: Connection): Credential {
    const source = resource.kind.credential?.(resource.spec as never);
    if (source === undefined) throw new Error(`${resource.kind.kind} has no credentials`);
    const data = this.#world.references.secret(resource.namespace, source.secretName);
    if (data === undefined && source.type === 'generated') return this.#generate(resource, source);
    const value = secretValue(data, `${resource.namespace}/${source.secretName}`, source.key);
    if (value.type === 'unknown') return { type: 'unknown' };
    if (value.type === 'missing') return missing(value.message);
    const { text } = value;
    const version = versionOf(source, value);
    const problem = this.#ownAccessProblem(resource, connection, text);
    return problem ?? this.#find({ resource, connection, source, text, version }, 'if known');
  }

  /** Computes what `of` left open; told when it is there. */
  prepare(resource: Resource, connection: Connection, priority: Priority): void {
    const source = resource.kind.credential?.(resource.spec as never);
    const data = source && this.#world.references.secret(resource.namespace, source.secretName);
    if (source === undefined || data === undefined || data === 'unknown' || data.unreadable !== undefined) return;
    const [text, version] = [secretText(data.values.get(source.key)), versionOf(source, data)];
    this.#find({ resource, connection, source, text, version }, priority);
  }

  /** Nothing is kept of an object that is gone. */
  forget(resource: Resource): void {
    this.#known.get(objectKey(resource))?.job.abort();
    this.#known.delete(objectKey(resource));
    this.#world.passwords.forget({ connection: this.#connection, userName: resourceName(resource) });
  }

  close(): void {
    for (const { job } of this.#known.values()) job.abort();
    this.#known.clear();
    this.#ready.close();
  }

  #find(wanted: Wanted, when: 'if known' | Priority): Credential {
    const { resource, connection, source, text, version } = wanted;
    if (source.type === 'hash') return toHash(text, version);
    const from = JSON.stringify([resource.uid, version, connection.spec.passwords ?? {}]);
    const known = this.#known.get(objectKey(resource));
    if (known?.from === from && known.credential.type !== 'unknown') return known.credential;
    if (when !== 'if known') {
      const compute = (begun: Known): Promise<Credential> => this.#check(wanted, begun);
      this.#once(resource, { from, when, compute, hasten: (signal) => this.#hasten(wanted, signal) });
    }
    return { type: 'secret', secret: { field: fieldOf(connection), value: undefined, version } };
  }

  async #check(wanted: Wanted, { job: { signal }, isAwaited }: Known): Promise<Credential> {
    const { connection, version } = wanted;
    const { passwords } = this.#world;
    const user = this.#userOf(wanted);
    const policy: PasswordPolicy = toPasswordPolicy(connection.spec.passwords);
    const field = fieldOf(connection);
    const priority = isAwaited ? 'edit' : 'background';
    const refused = new AbortController();
    // Nearly all are good, so the hash is begun meanwhile: the threads would have nothing to do at first.
    const value =
      field === 'password' ? user.password : passwords.hash(user, priority, AbortSignal.any([signal, refused.signal]));
    Promise.resolve(value).catch(() => undefined);
    const problem = await passwords.problem(user, policy);
    if (problem === undefined) return { type: 'secret', secret: { field, value: await value, version } };
    refused.abort();
    return stalledBy('Rejected', `${problem} (the password in the Secret): change it there`);
  }

  /** The hash that is being made is asked for once more, which puts it before all that nobody waits for. */
  #hasten(wanted: Wanted, signal: AbortSignal): void {
    if (fieldOf(wanted.connection) === 'password') return;
    this.#world.passwords.hash(this.#userOf(wanted), 'edit', signal).catch(() => undefined);
  }

  #userOf({ resource, text }: Wanted): UserPassword {
    return { connection: this.#connection, userName: resourceName(resource), password: text };
  }

  /** The Secret that appears is told by its watch, which may be behind. */
  #generate(resource: Resource, source: CredentialSource): Credential {
    const { references, secrets, clock, random } = this.#world;
    const from = JSON.stringify([resource.uid, 'generate', source]);
    const compute = async ({ job: { signal } }: Known): Promise<Credential> => {
      for (let tries = 0; references.secret(resource.namespace, source.secretName) === undefined; tries += 1) {
        await secrets.create(resource, source);
        await clock.sleep(backoffMs(tries, RETRY, random), signal);
        if (isAborted(signal)) break;
      }
      // It may be deleted again, and is then made anew.
      if (!isAborted(signal)) this.#known.delete(objectKey(resource));
      return { type: 'unknown' };
    };
    const known = this.#once(resource, { from, when: 'background', compute, hasten: () => undefined });
    // Nobody hastens it, and there is no password before it.
    known.isAwaited = true;
    return known.credential;
  }

  #once(resource: Resource, { from, when, compute, hasten }: Computing): Known {
    const key = objectKey(resource);
    const known = this.#known.get(key);
    if (known?.from === from) {
      if (when === 'edit') this.#await(known);
      return known;
    }
    known?.job.abort();
    const job = new AbortController();
    const started: Known = {
      from,
      credential: { type: 'unknown' },
      job,
      failures: 0,
      isAwaited: when === 'edit',
      hasten: () => hasten(job.signal),
    };
    this.#known.set(key, started);
    if (when === 'edit') this.#ready.expect(started);
    void this.#run(key, started, compute).finally(() => this.#ready.dismiss(started));
    return started;
  }

  /** Begun when nobody waited for it: now somebody does, and what is edited together is written together. */
  #await(known: Known): void {
    if (known.isAwaited) return;
    known.isAwaited = true;
    this.#ready.expect(known);
    known.hasten();
  }

  /** Tries until there is an answer, or until another one is wanted. */
  async #run(key: ObjectKey, known: Known, compute: Computing['compute']): Promise<void> {
    const { clock, random, log } = this.#world;
    const { signal } = known.job;
    while (!isAborted(signal)) {
      try {
        known.credential = await compute(known);
        if (!isAborted(signal)) this.#ready.add(key);
        return;
      } catch (error) {
        if (isAborted(signal)) return;
        log.warn({ object: key, error: messageOf(error) }, 'credentials not ready');
        this.#ready.dismiss(known);
        known.failures += 1;
        this.#tell(key, known, messageOf(error));
        await clock.sleep(backoffMs(known.failures - 1, RETRY, random), signal);
      }
    }
  }

  /** Only who waits for it is told: whose password is in force as it is lacks nothing. */
  #tell(key: ObjectKey, known: Known, why: string): void {
    const message = `the password cannot be made ready: ${why}`;
    const isTold = known.credential.type === 'waiting' && known.credential.message === message;
    if (!known.isAwaited || known.failures < TRIES_BEFORE_WORDS || isTold) return;
    known.credential = { type: 'waiting', reason: 'Retrying', message };
    this.#ready.add(key);
  }

  /** Another password for the user that the connection logs in as would shut the operator out. */
  #ownAccessProblem(resource: Resource, { namespace, spec }: Connection, text: string): Credential | undefined {
    const secretName = spec.auth.basic?.secretRef.name;
    if (secretName === undefined) return undefined;
    const own = this.#world.references.secret(namespace, secretName);
    if (own === undefined || own === 'unknown' || own.unreadable !== undefined) return undefined;
    if (secretText(own.values.get('username')) !== resourceName(resource)) return undefined;
    if (secretText(own.values.get('password')) === text) return undefined;
    const message = `the connection logs in as this user with the password in Secret ${namespace}/${secretName}, which is another one: name that Secret in passwordFrom`;
    return stalledBy('WouldLockOut', message);
  }
}

type Priority = 'edit' | 'background';

/** How a credential is found out. */
interface Computing {
  readonly from: string;
  readonly when: Priority;
  readonly compute: (known: Known) => Promise<Credential>;
  readonly hasten: (signal: AbortSignal) => void;
}

interface Wanted {
  readonly resource: Resource;
  readonly connection: Connection;
  readonly source: CredentialSource;
  readonly text: string;
  readonly version: string;
}

function fieldOf({ spec }: Connection): 'hash' | 'password' {
  return spec.passwords?.hashing === 'Server' ? 'password' : 'hash';
}

function versionOf({ secretName, key }: CredentialSource, { version }: { readonly version: string }): string {
  return `${secretName}/${key}@${version}`;
}

function toHash(text: string, version: string): Credential {
  const problem = bcryptHashProblem(text);
  if (problem !== undefined) return stalledBy('InvalidSpec', problem);
  return { type: 'secret', secret: { field: 'hash', value: text, version } };
}

function missing(message: string): Credential {
  return { type: 'waiting', reason: 'SecretNotFound', message };
}

function stalledBy(reason: 'Rejected' | 'InvalidSpec' | 'WouldLockOut', message: string): Credential {
  return { type: 'stalled', reason, message };
}
