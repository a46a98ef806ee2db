import { Agent, createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { issueCertificate, type Authority } from '../stack/stack.ts';

/** One request that went through, in the order of arrival. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly opaqueId: string | undefined;
  readonly userAgent: string | undefined;
  /** When it arrived; milliseconds on the clock that all proxies of this process share. */
  readonly atMs: number;
  /** Of a write: the words of the server, once it has answered. */
  answer?: string;
  /** Of a write, once the server has answered. */
  status?: number;
}

/** What happens instead of passing a request on; undefined passes it on. */
export type Fault =
  | { readonly type: 'answer'; readonly status: number; readonly body: string }
  /** Not passed on; the connection is cut. */
  | { readonly type: 'cut' }
  /** Passed on and carried out, but the answer is lost. */
  | { readonly type: 'lose-answer' };

/** A real server, and who everybody is for it who comes through the proxy. */
interface Target {
  readonly url: string;
  readonly caPem: string;
  readonly certPem?: string;
  readonly keyPem?: string;
  /** Whoever comes with a password is only who that says, and not the holder of the certificate. */
  readonly isCertForOthers?: true;
}

/** Stands before a real server, with a certificate of the same authority: counts requests, and makes faults on request. */
export class RecordingProxy {
  readonly requests: Recorded[] = [];
  /** Called for each request, which waits for it. */
  fault: (recorded: Recorded) => Fault | undefined | Promise<Fault | undefined> = () => undefined;
  readonly #target: Target;
  readonly #agent: Agent;
  /** Without a certificate. */
  readonly #plainAgent: Agent;
  readonly #credentials: { readonly cert: string; readonly key: string };
  #server: Server;
  #port = 0;

  private constructor(target: Target, credentials: { cert: string; key: string }) {
    this.#target = target;
    this.#credentials = credentials;
    const { caPem: ca, certPem: cert, keyPem: key } = target;
    this.#plainAgent = new Agent({ keepAlive: true, ca });
    this.#agent = new Agent({ keepAlive: true, ca, ...(cert === undefined ? {} : { cert, key }) });
    this.#server = this.#create();
  }

  static async start(target: Target, authority: Authority): Promise<RecordingProxy> {
    const { certPem, keyPem } = await issueCertificate(authority, {
      commonName: 'proxy',
      altNames: ['DNS:localhost', 'IP:127.0.0.1'],
    });
    const proxy = new RecordingProxy(target, { cert: certPem, key: keyPem });
    await proxy.listen();
    return proxy;
  }

  get url(): string {
    return `https://localhost:${this.#port}`;
  }

  /** Requests that change something. */
  get writes(): readonly Recorded[] {
    return this.requests.filter(({ method }) => method !== 'GET');
  }

  /** Writes after which something is another way than before; a repeated hash, for example, changes nothing. */
  get changes(): readonly Recorded[] {
    return this.writes.filter(({ answer }) => answer?.includes('No updates required') !== true);
  }

  forget(): void {
    this.requests.length = 0;
  }

  /** Refuses connections, as a server that is down. */
  async goDown(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async listen(): Promise<void> {
    this.#server = this.#create();
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    if (this.#server.listening) await this.goDown();
    this.#agent.destroy();
    this.#plainAgent.destroy();
  }

  #create(): Server {
    return createServer(
      { ...this.#credentials, keepAliveTimeout: 60_000 },
      (incoming, outgoing) => void this.#handle(incoming, outgoing),
    );
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const opaqueId = incoming.headers['x-opaque-id'];
    const recorded: Recorded = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      body: body.toString('utf8'),
      opaqueId: Array.isArray(opaqueId) ? opaqueId[0] : opaqueId,
      userAgent: incoming.headers['user-agent'],
      atMs: performance.now(),
    };
    this.requests.push(recorded);
    const fault = await this.fault(recorded);
    if (fault?.type === 'cut') return void incoming.socket.destroy();
    if (fault?.type === 'answer')
      return void outgoing.writeHead(fault.status, { 'content-type': 'application/json' }).end(fault.body);
    this.#passOn(incoming, outgoing, { recorded, body, isAnswerLost: fault?.type === 'lose-answer' });
  }

  #passOn(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    { recorded, body, isAnswerLost }: { recorded: Recorded; body: Buffer; isAnswerLost: boolean },
  ): void {
    const headers = { ...incoming.headers };
    delete headers.host;
    const hasPassword = headers.authorization !== undefined;
    const onward = request(`${this.#target.url}${incoming.url ?? ''}`, {
      method: incoming.method ?? 'GET',
      headers,
      agent: this.#target.isCertForOthers === true && hasPassword ? this.#plainAgent : this.#agent,
    });
    onward.on('response', (answer) => {
      if (isAnswerLost) {
        answer.resume().on('end', () => incoming.socket.destroy());
        return;
      }
      if (recorded.method !== 'GET' && answer.statusCode !== undefined) recorded.status = answer.statusCode;
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
      if (recorded.method !== 'GET')
        answer.on('data', (chunk: Buffer) => (recorded.answer = (recorded.answer ?? '') + chunk.toString()));
    });
    onward.on('error', () => incoming.socket.destroy());
    outgoing.on('close', () => onward.destroy());
    onward.end(body);
  }
}
