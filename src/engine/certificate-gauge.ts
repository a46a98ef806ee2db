import type { CertificateEnd } from '../desired/certificate-end.ts';
import type { NamespacedName } from '../desired/resource.ts';
import type { Metrics } from '../metrics.ts';

type Labels = { readonly connection: string; readonly node: string; readonly kind: string };

/** The certificates of one connection among the metrics; what is not there any more is taken out. */
export class CertificateGauge {
  readonly #gauge: Metrics['certificateExpiry'];
  readonly #connection: NamespacedName;
  #shown: ReadonlyMap<string, Labels> = new Map();

  constructor({ certificateExpiry }: Metrics, connection: NamespacedName) {
    this.#gauge = certificateExpiry;
    this.#connection = connection;
  }

  show(ends: readonly CertificateEnd[]): void {
    const shown = new Map<string, Labels>();
    for (const { node, kind, endsMs } of ends) {
      const labels = { connection: this.#connection, node, kind };
      shown.set(`${kind} ${node}`, labels);
      this.#gauge.set(labels, endsMs / 1000);
    }
    for (const [key, labels] of this.#shown) if (!shown.has(key)) this.#gauge.remove(labels);
    this.#shown = shown;
  }
}
