import { describeArgoCd } from '../gitops/describe-argocd.ts';
import { declaringNothing } from '../gitops/examples.ts';

const rest = { quietMs: 3000, restMs: 30_000, files: declaringNothing, cluster: 'shared' } as const;

// The configuration of the cluster is everybody's, so that nothing of it is declared here; the long test declares something.
describeArgoCd(
  [
    { mode: 'client-side', order: 'one wave', ...rest },
    { mode: 'server-side apply', order: 'reversed', ...rest },
    { mode: 'server-side diff', order: 'random', ...rest },
  ],
  300_000,
);
