import { Dialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';

import { fromDay, toDay } from './details';
import { Form } from './form';
import { open } from './formDialog';
import { IDetails, ISelection } from './tokens';

/** What a scope may be called; the server has the last word. */
const SCOPE_PATTERN = '[A-Za-z0-9_@.\\-]{1,128}';

/** How long a comment may be, in characters. */
export const MAX_COMMENT_LENGTH = 1000;

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
  count: number | null,
  remove: () => Promise<void>
): Promise<boolean> {
  const form = new Form();
  form.addParagraph(
    count === 0
      ? trans.__(
          'Delete the scope %1, which is empty, and its permissions?',
          scope
        )
      : trans._n(
          'Delete the scope %2 with the secret in it?',
          'Delete the scope %2 with the %1 secrets in it?',
          count ?? 2,
          scope
        )
  );
  form.addParagraph(
    trans.__(
      'This is final: a scope cannot be restored, and nor can what was in it. Notebooks that ask for its secrets will fail.'
    )
  );
  const accept = Dialog.warnButton({ label: trans.__('Delete') });
  return open(form, {
    title: trans.__('Delete Scope'),
    accept,
    focus: '',
    submit: remove
  });
}
