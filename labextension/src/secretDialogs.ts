import { Dialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';

import { fromDay, toDay } from './details';
import { MAX_COMMENT_LENGTH } from './dialogs';
import { Form } from './form';
import { open } from './formDialog';
import { IDetails, ISelection, Value } from './tokens';

/** What a key may be called; the server has the last word. */
const KEY_PATTERN = '[A-Za-z0-9_.\\-]{1,128}';

/** What is done with a new secret, the value first. */
export interface INewSecretActions {
  store(scope: string, key: string, value: Value): Promise<void>;
  update(scope: string, key: string, change: Partial<IDetails>): Promise<void>;
}

/** What is done with a new value, the value first. */
export interface INewValueActions {
  store(value: Value): Promise<void>;
  update(change: Partial<IDetails>): Promise<void>;
}

/** Ask for a new secret and add it. Null if the person thought better of it. */
export async function askNewSecret(
  trans: TranslationBundle,
  scopes: readonly string[],
  preselected: string,
  actions: INewSecretActions
): Promise<Required<ISelection> | null> {
  let added: Required<ISelection> | null = null;
  const form = new Form();
  const scope = form.addSelect(trans.__('Scope'), scopes, preselected);
  const key = form.addText(
    trans.__('Key'),
    KEY_PATTERN,
    trans.__('Letters, digits, “-”, “_” and “.”')
  );
  const value = form.addValue(trans.__('Value'), trans);
  const details = addDetails(form, null, trans);
  await open(form, {
    title: trans.__('Add Secret'),
    accept: Dialog.okButton({ label: trans.__('Add') }),
    focus: 'input',
    submit: async () => {
      if (!added) {
        await actions.store(scope.value, key.value, value.value);
        added = { scope: scope.value, key: key.value };
      }
      await save(details(), change =>
        actions.update(added!.scope, added!.key, change)
      );
    }
  });
  return added;
}

/** Ask for a secret's new value and put it in the place of the old one. */
export async function askNewValue(
  trans: TranslationBundle,
  secret: Required<ISelection>,
  before: IDetails | null,
  actions: INewValueActions
): Promise<boolean> {
  let isStored = false;
  const form = new Form();
  form.addParagraph(
    trans.__(
      'The new value of %1 in the scope %2. Notebooks get it the next time they ask; the old one is kept as a version.',
      secret.key,
      secret.scope
    )
  );
  const value = form.addValue(trans.__('New value'), trans);
  const details = addDetails(form, before, trans);
  return open(form, {
    title: trans.__('Replace Value'),
    accept: Dialog.okButton({ label: trans.__('Replace') }),
    focus: 'input[type=password]',
    submit: async () => {
      if (!isStored) {
        await actions.store(value.value);
        isStored = true;
      }
      await save(details(), actions.update);
    }
  });
}

/** Ask for comment and expiry; return what tells which of them are others than before. */
function addDetails(
  form: Form,
  before: IDetails | null,
  trans: TranslationBundle
): () => Partial<IDetails> {
  const comment = form.addOptionalText(
    trans.__('Comment'),
    before?.comment ?? '',
    MAX_COMMENT_LENGTH
  );
  const day = form.addOptionalDay(
    trans.__('Expires'),
    toDay(before?.expires ?? null),
    trans.__('From this day on, in UTC, it is marked as expired.')
  );
  const [oldComment, oldDay] = [comment.value, day.value];
  return () => ({
    ...(comment.value !== oldComment && { comment: comment.value }),
    ...(day.value !== oldDay && { expires: fromDay(day.value) })
  });
}

async function save(
  change: Partial<IDetails>,
  update: (change: Partial<IDetails>) => Promise<void>
): Promise<void> {
  if (Object.keys(change).length) {
    await update(change);
  }
}
