import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

// Below the range that systems take ports of outgoing connections from: the port of a stopped node stays free.
const lowest = 20_000;
const highest = 29_999;

/** Ports of 127.0.0.1 on which nobody listens, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const held: { port: number; server: Server }[] = [];
  try {
    while (held.length < count) {
      const port = randomInt(lowest, highest + 1);
      const server = await listen(port);
      if (server !== undefined) held.push({ port, server });
    }
    return held.map(({ port }) => port);
  } finally {
    // Closed only now, so that none is found twice.
    await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  }
}

async function listen(port: number): Promise<Server | undefined> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}
