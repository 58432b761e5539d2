import { Dialog } from '@jupyterlab/apputils';
import { Time } from '@jupyterlab/coreutils';
import { TranslationBundle } from '@jupyterlab/translation';

import { Form } from './form';
import { BodyDialog } from './formDialog';
import { IActivity, ISelection } from './tokens';

/** How many days the chart shows, and how many lines the list. */
export const DAYS = 14;
const MAX_LINES = 100;
const DAY = 24 * 60 * 60 * 1000;

const READS: readonly string[] = ['get', 'export-scope', 'hand-over'];

/** What of the log is shown. */
type Kind = 'uses' | 'reads' | 'changes' | 'refused' | 'all';

/** Show who read and changed a scope or a secret, and how often. */
export async function showActivity(
  trans: TranslationBundle,
  { scope, key }: ISelection,
  list: () => Promise<readonly IActivity[]>
): Promise<void> {
  const form = new Form();
  const dialog = new BodyDialog({
    title: trans.__('Activity of %1', key ? `${scope}/${key}` : scope),
    body: form,
    buttons: [Dialog.cancelButton({ label: trans.__('Close') })]
  });
  const content = document.createElement('div');
  content.textContent = trans.__('Loading…');
  form.addNode(content);
  list().then(
    records => content.replaceChildren(...contentOf(records, trans)),
    (error: Error) => {
      content.replaceChildren();
      form.showError(error.message);
    }
  );
  await dialog.launch();
}

/** How often secrets were read on each of the last days, the latest last. */
export function readsByDay(
  records: readonly IActivity[],
  now = Date.now()
): number[] {
  const days = new Array<number>(DAYS).fill(0);
  for (const record of records) {
    const age = Math.floor((now - record.time.getTime()) / DAY);
    if (kindOf(record) === 'reads' && age >= 0 && age < DAYS) {
      days[DAYS - 1 - age]++;
    }
  }
  return days;
}

function kindOf({
  action,
  outcome
}: IActivity): 'reads' | 'changes' | 'refused' | null {
  if (outcome !== 'allow') {
    return 'refused';
  }
  if (READS.includes(action)) {
    return 'reads';
  }
  // To list, or to look at the log, is neither.
  return /^(list|read)-?/.test(action) ? null : 'changes';
}

function isShown(record: IActivity, wanted: Kind): boolean {
  const kind = kindOf(record);
  return wanted === 'uses'
    ? kind !== null
    : wanted === 'all' || kind === wanted;
}

function contentOf(
  records: readonly IActivity[],

  trans: TranslationBundle
): HTMLElement[] {
  const table = document.createElement('ul');
  table.className = 'jp-Secrets-table jp-mod-scrolling';
  table.tabIndex = 0;
  const kinds: [Kind, string][] = [
    ['uses', trans.__('Reads and changes')],
    ['reads', trans.__('Reads')],
    ['changes', trans.__('Changes')],
    ['refused', trans.__('Refused')],
    ['all', trans.__('Everything, listing too')]
  ];
  const select = document.createElement('select');
  select.className = 'jp-Secrets-choice';
  select.setAttribute('aria-label', trans.__('Show'));
  select.append(...kinds.map(([value, label]) => new Option(label, value)));
  const fill = () => {
    const shown = [...records]
      .reverse()
      .filter(record => isShown(record, select.value as Kind))
      .slice(0, MAX_LINES);
    table.replaceChildren(...shown.map(record => lineOf(record, trans)));
    if (!shown.length) {
      table.replaceChildren(trans.__('Nothing of that kind.'));
    }
  };
  select.addEventListener('change', fill);
  fill();
  return [chartOf(records, trans), select, table];
}

/** A bar for each day, as high as often something was read. */
function chartOf(
  records: readonly IActivity[],
  trans: TranslationBundle
): HTMLElement {
  const days = readsByDay(records);
  const most = Math.max(...days, 1);
  const total = days.reduce((sum, count) => sum + count, 0);
  const figure = document.createElement('figure');
  figure.className = 'jp-Secrets-chart';
  const bars = document.createElement('div');
  bars.setAttribute('role', 'img');
  const caption = document.createElement('figcaption');
  caption.textContent = trans._n(
    'Read once in %2 days',
    'Read %1 times in %2 days',
    total,
    DAYS
  );
  bars.setAttribute(
    'aria-label',
    trans.__('Reads on each day, the latest last: %1', days.join(', '))
  );
  bars.append(
    ...days.map(count => {
      const bar = document.createElement('span');
      bar.style.height = `${(100 * count) / most}%`;
      bar.title = String(count);
      return bar;
    })
  );
  figure.append(bars, caption);
  return figure;
}

function lineOf(record: IActivity, trans: TranslationBundle): HTMLElement {
  const item = document.createElement('li');
  const text = document.createElement('span');
  const title = document.createElement('strong');
  const detail = document.createElement('small');
  const what = record.key ? `${record.action} ${record.key}` : record.action;
  title.textContent =
    record.outcome === 'allow' ? what : `${what}: ${record.outcome}`;
  const where = record.notebook || record.via;
  detail.textContent = trans.__(
    '%1 by %2, %3',
    Time.formatHuman(record.time),
    record.principal,
    where
  );
  detail.title = Time.format(record.time);
  text.append(title, detail);
  item.append(text);
  return item;
}
