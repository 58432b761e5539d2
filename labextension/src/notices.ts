import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { Event } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';

import { ISelection } from './tokens';

/** The schema of what the server has to say to a person. */
export const NOTICE_SCHEMA =
  'https://jupyter-secrets.readthedocs.io/events/notice/v1.yaml';

/** How long an information or a warning stays, in milliseconds, if all of it is seen at once. */
const NOTICE_TIME = 8000;

/** How long a deletion can be undone where one is told of it, in milliseconds. */
const UNDO_TIME = 12_000;

/** JupyterLab cuts the text of a notification off after so many characters. */
const MAX_LENGTH = 140;

/**
 * Show what the server has to say; ignore any other event.
 *
 * Errors, and what is too long to be seen at once, stay until they are closed.
 */
export function showNotice(
  emission: Event.Emission,
  trans: TranslationBundle
): void {
  const { schema_id: schema, level, message } = emission;
  if (schema !== NOTICE_SCHEMA || typeof message !== 'string') {
    return;
  }
  const type = level === 'error' || level === 'warning' ? level : 'info';
  const actions = showAll(message, trans);
  const stays = type === 'error' || actions.length > 0;
  Notification.emit(message, type, {
    autoClose: stays ? false : NOTICE_TIME,
    actions
  });
}

/** Say that a value that was stored will not be fully redacted, and offer to replace it. */
export function showWeakness(
  { scope, key }: Required<ISelection>,
  weakness: string,
  trans: TranslationBundle,
  replace: () => void
): void {
  const message = trans.__('%1/%2 %3.', scope, key, weakness);
  const actions = [{ label: trans.__('Replace value'), callback: replace }];
  Notification.warning(message, {
    // Whoever is slow gets to the action too.
    autoClose: false,
    actions: [...actions, ...showAll(message, trans)]
  });
}

/** Say that a secret was deleted, and offer to undo it. */
export function showDeleted(
  { scope, key }: Required<ISelection>,
  trans: TranslationBundle,
  undo: () => Promise<void>
): void {
  const id = Notification.success(trans.__('Deleted %1/%2.', scope, key), {
    autoClose: UNDO_TIME,
    actions: [
      {
        label: trans.__('Undo'),
        callback: event => {
          event.preventDefault(); // that it is dismissed before it is done
          undo().then(
            () => Notification.dismiss(id),
            (error: Error) =>
              Notification.update({
                id,
                message: trans.__(
                  '%1/%2 was not restored: %3',
                  scope,
                  key,
                  error.message
                ),
                type: 'error',
                autoClose: false
              })
          );
        }
      }
    ]
  });
}

/** What shows the whole of a message, if JupyterLab cuts it off. */
function showAll(
  message: string,
  trans: TranslationBundle
): Notification.IAction[] {
  const action = {
    label: trans.__('Show all'),
    callback: () =>
      void showDialog({
        title: trans.__('Secrets'),
        body: message,
        buttons: [Dialog.okButton({ label: trans.__('Close') })]
      })
  };
  return message.length > MAX_LENGTH ? [action] : [];
}
