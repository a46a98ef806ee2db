import type { Backup } from '../commit/config/config-backups.ts';
import { spellAction, type UpgradePlan } from '../plan/config/upgrade-plan.ts';
import type { OutcomeDetails } from '../plan/outcome.ts';

type Told = NonNullable<OutcomeDetails['upgradePerformed']>;

const AGAIN = 'set the annotation security.opensearch.org/reconcile-requested-at to try again';

export function performed({ journal, createdAt, secretName }: Backup): Told {
  const { skipped = [] } = journal.upgrade ?? {};
  const alone = skipped.length === 0 ? '' : `; left alone, since an object declares them: ${skipped.join(', ')}`;
  const flaw = journal.why === undefined ? '' : `; ${journal.why}: it is not done again, ${AGAIN}`;
  const message = `upgraded at ${createdAt}: ${changesOf(journal)}${alone}; what was there before is in the Secret ${secretName}${flaw}`;
  return { status: 'True', reason: 'Performed', message };
}

export function refused({ journal, createdAt }: Backup): Told {
  const message = `OpenSearch refused at ${createdAt} to upgrade ${changesOf(journal)}: ${journal.why ?? ''}; ${AGAIN}`;
  return { status: 'False', reason: 'Refused', message };
}

export function rolledBack({ journal, createdAt, secretName }: Backup): Told {
  const message = `the upgrade of ${createdAt} was put back, since ${journal.why ?? ''}: ${changesOf(journal)}; it is not tried again until the spec or a Secret changes (what was there before is in the Secret ${secretName}, too)`;
  return { status: 'False', reason: 'RolledBack', message };
}

export function hindered({ reason, why }: Extract<UpgradePlan, { type: 'hindered' }>): Told {
  return { status: 'False', reason, message: `not upgraded: ${why}` };
}

function changesOf({ upgrade }: Backup['journal']): string {
  const changes = (upgrade?.actions ?? []).map(spellAction).sort();
  const rest = changes.length - SHOWN;
  return [...changes.slice(0, SHOWN), ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ');
}

const SHOWN = 20;
