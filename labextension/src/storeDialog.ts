import { Clipboard, Dialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';

import { createButton } from './fields';
import { Form } from './form';
import { BodyDialog } from './formDialog';
import { MAKE_RECOVERY_KEY } from './reminder';
import { IStatus } from './tokens';

/** The commands that look after the store; they run in a terminal only. */
const BACKUP = 'jupyter secrets backup FILE';
const CHECK = 'jupyter secrets fsck';

/** A line about the store: what it is about, what there is, and maybe a command to copy. */
interface IFact {
  readonly title: string;
  readonly detail: string;
  readonly command?: string;
}

/** Show how the store is doing, what opens it, and what to do so that it is not lost. */
export async function showStore(
  trans: TranslationBundle,
  status: IStatus
): Promise<void> {
  const form = new Form();
  const list = document.createElement('ul');
  list.className = 'jp-Secrets-table';
  list.append(...factsOf(status, trans).map(fact => lineOf(fact, trans)));
  form.addNode(list);
  await new BodyDialog({
    title: trans.__('The Store of Secrets'),
    body: form,
    buttons: [Dialog.cancelButton({ label: trans.__('Close') })]
  }).launch();
}

/** What there is to say of a store, to an administrator more than to others. */
export function factsOf(status: IStatus, trans: TranslationBundle): IFact[] {
  const facts = [
    { title: trans.__('State'), detail: stateOf(status, trans) },
    {
      title: trans.__('You'),
      detail: status.isAdmin
        ? trans.__('An administrator: you may lock and unlock it')
        : trans.__('No administrator: others lock and unlock it')
    }
  ];
  if (!status.isAdmin) {
    return facts;
  }
  const hasRecovery = status.keys.includes('recovery');
  return [
    ...facts,
    {
      title: trans.__('Opened by'),
      detail: status.keys.map(kind => nameOf(kind, trans)).join(', ') || '–'
    },
    {
      title: trans.__('Recovery key'),
      detail: hasRecovery
        ? trans.__('There is one: keep it where the other keys are not')
        : trans.__('None. If the other keys are lost, so are your secrets.'),
      ...(!hasRecovery && { command: MAKE_RECOVERY_KEY })
    },
    {
      title: trans.__('Backup'),
      detail: trans.__('A verified copy, in a terminal'),
      command: BACKUP
    },
    {
      title: trans.__('Check'),
      detail: trans.__('Whether all of it is as it was written'),
      command: CHECK
    }
  ];
}

function stateOf(
  { message, state }: IStatus,
  trans: TranslationBundle
): string {
  switch (state) {
    case 'ready':
      return trans.__('Unlocked');
    case 'locked':
      return trans.__('Locked. %1', message);
    case 'uninitialised':
      return trans.__('None yet: the first scope makes it');
    case 'failed':
      return message;
  }
}

function nameOf(kind: string, trans: TranslationBundle): string {
  switch (kind) {
    case 'file':
      return trans.__('key file');
    case 'environment':
      return trans.__('environment variable');
    case 'keyring':
      return trans.__('keyring');
    case 'passphrase':
      return trans.__('passphrase');
    case 'recovery':
      return trans.__('recovery key');
    default:
      return kind;
  }
}

function lineOf(
  { command, detail, title }: IFact,
  trans: TranslationBundle
): HTMLElement {
  const item = document.createElement('li');
  const text = document.createElement('span');
  const name = document.createElement('strong');
  const what = document.createElement('small');
  name.textContent = title;
  what.textContent = detail;
  text.append(name, what);
  item.append(text);
  if (command) {
    const code = document.createElement('code');
    code.textContent = command;
    text.append(code);
    const button = createButton(trans.__('Copy'), () => {
      Clipboard.copyToSystem(command);
      button.textContent = trans.__('Copied');
    });
    button.setAttribute('aria-label', trans.__('Copy “%1”', command));
    item.append(button);
  }
  return item;
}
