import { Dialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';

import { fromDay, toDay } from './details';
import { Form } from './form';
import { IDetails, ISelection } from './tokens';

/** What a scope and a key may be called; the server has the last word. */
const SCOPE_PATTERN = '[A-Za-z0-9_@.\\-]{1,128}';
const KEY_PATTERN = '[A-Za-z0-9_.\\-]{1,128}';

/** How long a comment may be, in characters. */
const MAX_COMMENT_LENGTH = 1000;

/** A dialog that asks for something and does it. */
interface IFormOptions {
  readonly title: string;
  readonly accept: Dialog.IButton;
  readonly focus: string;
  readonly submit: () => Promise<void>;
}

/**
 * Ask for a new scope's name and create it. Null if the person thought better of it.
 *
 * The introduction says why, to whoever asked for something else.
 */
export async function askNewScope(
  trans: TranslationBundle,
  create: (scope: string) => Promise<void>,
  introduction = ''
): Promise<string | null> {
  let created: string | null = null;
  const form = new Form();
  if (introduction) {
    form.addParagraph(introduction);
  }
  const name = form.addText(
    trans.__('Name'),
    SCOPE_PATTERN,
    trans.__('Letters, digits, “-”, “_”, “@” and “.”')
  );
  await open(form, {
    title: trans.__('Create Scope'),
    accept: Dialog.okButton({ label: trans.__('Create') }),
    focus: 'input',
    submit: async () => {
      await create(name.value);
      created = name.value;
    }
  });
  return created;
}

/** Ask for a new secret and add it. Null if the person thought better of it. */
export async function askNewSecret(
  trans: TranslationBundle,
  scopes: readonly string[],
  preselected: string,
  add: (scope: string, key: string, value: string) => Promise<void>
): Promise<Required<ISelection> | null> {
  let added: Required<ISelection> | null = null;
  const form = new Form();
  const scope = form.addSelect(trans.__('Scope'), scopes, preselected);
  const key = form.addText(
    trans.__('Key'),
    KEY_PATTERN,
    trans.__('Letters, digits, “-”, “_” and “.”')
  );
  const value = form.addValue(trans.__('Value'), trans.__('Several lines'));
  await open(form, {
    title: trans.__('Add Secret'),
    accept: Dialog.okButton({ label: trans.__('Add') }),
    focus: 'input',
    submit: async () => {
      await add(scope.value, key.value, value.value);
      added = { scope: scope.value, key: key.value };
    }
  });
  return added;
}

/** Ask for a secret's new value and put it in the place of the old one. */
export async function askNewValue(
  trans: TranslationBundle,
  secret: Required<ISelection>,
  replace: (value: string) => Promise<void>
): Promise<boolean> {
  const form = new Form();
  form.addParagraph(
    trans.__(
      'The new value of %1 in the scope %2. Notebooks get it the next time they ask.',
      secret.key,
      secret.scope
    )
  );
  const value = form.addValue(trans.__('New value'), trans.__('Several lines'));
  return open(form, {
    title: trans.__('Replace Value'),
    accept: Dialog.okButton({ label: trans.__('Replace') }),
    focus: 'input[type=password]',
    submit: () => replace(value.value)
  });
}

/** Ask what is to be said about a secret, and change what is another than before. */
export async function askDetails(
  trans: TranslationBundle,
  secret: Required<ISelection>,
  details: IDetails,
  update: (change: Partial<IDetails>) => Promise<void>
): Promise<boolean> {
  const form = new Form();
  form.addParagraph(
    trans.__(
      'About %1 in the scope %2. Its value stays as it is.',
      secret.key,
      secret.scope
    )
  );
  const comment = form.addOptionalText(
    trans.__('Comment'),
    details.comment,
    MAX_COMMENT_LENGTH
  );
  const day = form.addOptionalDay(
    trans.__('Expires'),
    toDay(details.expires),
    trans.__(
      'From this day on, in UTC, it is marked as expired; notebooks still get it.'
    )
  );
  const isShown = form.addCheckbox(
    trans.__('Do not redact (not sensitive)'),
    !details.isSensitive,
    trans.__(
      'Outputs then show everybody the value as it is: only for what is no secret, such as a user name. To change it takes MANAGE.'
    )
  );
  // What the fields show, which may be less than what is stored.
  const [oldComment, oldDay, wasShown] = [
    comment.value,
    day.value,
    isShown.checked
  ];
  return open(form, {
    title: trans.__('Edit Details'),
    accept: Dialog.okButton({ label: trans.__('Save') }),
    focus: 'input',
    submit: async () => {
      const change: Partial<IDetails> = {
        ...(comment.value !== oldComment && { comment: comment.value }),
        ...(day.value !== oldDay && { expires: fromDay(day.value) }),
        ...(isShown.checked !== wasShown && { isSensitive: !isShown.checked })
      };
      if (Object.keys(change).length) {
        await update(change);
      }
    }
  });
}

/** Ask whether to delete a scope with all that is in it, and delete it. */
export async function confirmDeleteScope(
  trans: TranslationBundle,
  scope: string,
  remove: () => Promise<void>
): Promise<boolean> {
  return confirmDelete(
    trans,
    trans.__('Delete Scope'),
    trans.__(
      'Delete the scope %1 and every secret in it? Notebooks that ask for them will fail.',
      scope
    ),
    remove
  );
}

/** Ask whether to delete a secret, and delete it. */
export async function confirmDeleteSecret(
  trans: TranslationBundle,
  secret: Required<ISelection>,
  remove: () => Promise<void>
): Promise<boolean> {
  return confirmDelete(
    trans,
    trans.__('Delete Secret'),
    trans.__(
      'Delete the secret %1 from the scope %2? Notebooks that ask for it will fail.',
      secret.key,
      secret.scope
    ),
    remove
  );
}

async function confirmDelete(
  trans: TranslationBundle,
  title: string,
  question: string,
  submit: () => Promise<void>
): Promise<boolean> {
  const form = new Form();
  form.addParagraph(question);
  const accept = Dialog.warnButton({ label: trans.__('Delete') });
  return open(form, { title, accept, focus: '', submit });
}

/** Whether the person accepted and it was done. */
async function open(form: Form, options: IFormOptions): Promise<boolean> {
  const result = await new FormDialog(form, options).launch();
  return result.button.accept;
}

/** A dialog that stays open, with all that was typed, until what it is for is done. */
class FormDialog extends Dialog<void> {
  constructor(
    private readonly _form: Form,
    private readonly _options: IFormOptions
  ) {
    super({
      title: _options.title,
      body: _form,
      buttons: [Dialog.cancelButton(), _options.accept],
      // What can't be undone is never one Enter away.
      defaultButton: _options.accept.displayType === 'warn' ? 0 : 1,
      focusNodeSelector: _options.focus
    });
    this.addClass('jp-Secrets-dialog');
    // JupyterLab names a dialog only if its body is a text.
    this.node.setAttribute('aria-label', _options.title);
  }

  handleEvent(event: Event): void {
    // Before JupyterLab 4.6, Enter accepts a dialog even where it begins a new line.
    const isNewLine =
      event.target instanceof HTMLTextAreaElement &&
      (event as KeyboardEvent).key === 'Enter';
    // JupyterLab would disable the button while a field is wrong, and nothing would say which.
    if (!isNewLine && event.type !== 'input') {
      super.handleEvent(event);
    }
  }

  resolve(index?: number): void {
    const accepts = index === 1 || (index === undefined && !this._isWarning);
    if (!accepts) {
      super.resolve(index);
    } else if (!this._isSubmitting && this._form.reportValidity()) {
      void this._submit();
    }
  }

  private async _submit(): Promise<void> {
    this._isSubmitting = true;
    this._form.showError('');
    try {
      await this._options.submit();
      super.resolve(1);
    } catch (error) {
      this._form.showError((error as Error).message);
    } finally {
      this._isSubmitting = false;
    }
  }

  private get _isWarning(): boolean {
    return this._options.accept.displayType === 'warn';
  }

  private _isSubmitting = false;
}
