import { Dialog } from '@jupyterlab/apputils';
import { Time } from '@jupyterlab/coreutils';
import { TranslationBundle } from '@jupyterlab/translation';

import { createButton } from './fields';
import { Form } from './form';
import { BodyDialog } from './formDialog';
import { IDeletedSecret, ISelection, IVersion } from './tokens';

/** A line of a dialog that lists something. */
interface ILine<T> {
  readonly result: T;
  readonly title: string;
  readonly detail: string;
  readonly action: string;
  /** What the button is for, for those who do not see the line. */
  readonly label: string;
}

/** Show a secret's versions; return the one that was gone back to, or null. */
export async function chooseVersion(
  trans: TranslationBundle,
  secret: Required<ISelection>,
  mayRestore: boolean,
  list: () => Promise<readonly IVersion[]>,
  restore: (version: number) => Promise<void>
): Promise<number | null> {
  const lines = async () =>
    (await list()).map(({ version, created, createdBy }, index) => ({
      result: version,
      title:
        index === 0
          ? trans.__('Version %1, the newest', version)
          : trans.__('Version %1', version),
      detail: trans.__('%1 by %2', Time.formatHuman(created), createdBy),
      action: index === 0 || !mayRestore ? '' : trans.__('Go back to it'),
      label: trans.__('Go back to version %1', version)
    }));
  return chooseFrom(trans, {
    title: trans.__('Versions of %1', secret.key),
    note: trans.__('Going back makes an older value the newest version.'),
    empty: '',
    lines,
    act: restore
  });
}

/** Show the deleted secrets of a scope; return the key of the one that was restored, or null. */
export async function chooseDeleted(
  trans: TranslationBundle,
  scope: string,
  list: () => Promise<readonly IDeletedSecret[]>,
  restore: (key: string) => Promise<void>
): Promise<string | null> {
  const lines = async () =>
    (await list()).map(({ key, deleted, deletedBy }) => ({
      result: key,
      title: key,
      detail: trans.__(
        'deleted %1 by %2',
        Time.formatHuman(deleted),
        deletedBy
      ),
      action: trans.__('Restore'),
      label: trans.__('Restore %1', key)
    }));
  return chooseFrom(trans, {
    title: trans.__('Deleted Secrets in %1', scope),
    note: trans.__('They are kept for a while, and then erased.'),
    empty: trans.__('Nothing was deleted that could be restored.'),
    lines,
    act: restore
  });
}

/** Show a list whose lines have a button; return what was chosen once it is done, or null. */
async function chooseFrom<T extends string | number>(
  trans: TranslationBundle,
  options: {
    readonly title: string;
    readonly note: string;
    readonly empty: string;
    readonly lines: () => Promise<readonly ILine<T>[]>;
    readonly act: (result: T) => Promise<void>;
  }
): Promise<T | null> {
  let chosen: T | null = null;
  const form = new Form();
  const node = document.createElement('div');
  node.textContent = trans.__('Loading…');
  form.addNode(node);
  const dialog = new BodyDialog({
    title: options.title,
    body: form,
    buttons: [Dialog.cancelButton({ label: trans.__('Close') })]
  });
  const act = async (result: T) => {
    form.showError('');
    try {
      await options.act(result);
      chosen = result;
      dialog.reject();
    } catch (error) {
      form.showError((error as Error).message);
    }
  };
  options.lines().then(
    lines => node.replaceChildren(...contentOf(lines, options, act)),
    (error: Error) => {
      node.replaceChildren();
      form.showError(error.message);
    }
  );
  await dialog.launch();
  return chosen;
}

function contentOf<T extends string | number>(
  lines: readonly ILine<T>[],
  texts: { readonly note: string; readonly empty: string },
  act: (result: T) => Promise<void>
): HTMLElement[] {
  const note = document.createElement('p');
  note.textContent = lines.length ? texts.note : texts.empty;
  if (!lines.length) {
    return [note];
  }
  const list = document.createElement('ul');
  list.className = 'jp-Secrets-table';
  list.append(...lines.map(line => itemOf(line, act)));
  return [note, list];
}

function itemOf<T extends string | number>(
  line: ILine<T>,
  act: (result: T) => Promise<void>
): HTMLElement {
  const item = document.createElement('li');
  const text = document.createElement('span');
  const title = document.createElement('strong');
  const detail = document.createElement('small');
  title.textContent = line.title;
  detail.textContent = line.detail;
  text.append(title, detail);
  item.append(text);
  if (line.action) {
    const button = createButton(line.action, () => void act(line.result));
    button.setAttribute('aria-label', line.label);
    item.append(button);
  }
  return item;
}
