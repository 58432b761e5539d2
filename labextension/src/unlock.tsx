import { DOMUtils } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { SecretsModel } from './model';
import { IStatus, SecretsError } from './tokens';

interface IProps {
  readonly model: SecretsModel;
  readonly status: IStatus;
  readonly trans: TranslationBundle;
}

/** Whether a passphrase or a recovery key opens a locked store, or may: the kinds can be unknown. */
export function takesTyping({ keys }: IStatus): boolean {
  return !keys.length || keys.some(isTyped);
}

/**
 * The button that unlocks the store, and a masked field for what opens it if that is to be typed.
 *
 * React is not told what is typed: it would copy it into the `value` attribute, and so into the
 * page's HTML. The field is empty again before the server answers.
 */
export function UnlockForm({ model, status, trans }: IProps): JSX.Element {
  const field = React.useRef<HTMLInputElement>(null);
  const button = React.useRef<HTMLButtonElement>(null);
  const [id] = React.useState(() => DOMUtils.createDomID());
  const [failure, setFailure] = React.useState('');
  const [isAskedFor, setAskedFor] = React.useState(false);
  const [isBusy, setBusy] = React.useState(false);
  React.useEffect(() => {
    const input = field.current;
    return () => {
      take(input);
    };
  }, []);

  React.useEffect(() => {
    if (model.consumeUnlockFocus()) {
      (field.current ?? button.current)?.focus();
      setAskedFor(true);
    }
  });

  const unlock = async () => {
    const passphrase = take(field.current);
    setBusy(true);
    setFailure('');
    setAskedFor(false);
    try {
      await model.unlock(passphrase);
    } catch (error) {
      setFailure(failureOf(error as SecretsError, trans));
      field.current?.focus();
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      className="jp-Secrets-form jp-Secrets-unlock"
      onSubmit={event => {
        event.preventDefault();
        if (!isBusy) {
          void unlock();
        }
      }}
    >
      {takesTyping(status) && (
        <div className="jp-Secrets-field">
          <label htmlFor={id}>{labelFor(status, trans)}</label>
          <input
            ref={field}
            id={id}
            className="jp-mod-styled"
            type="password"
            autoCapitalize="off"
            autoComplete="new-password"
            spellCheck={false}
            aria-describedby={`${id}-hint`}
          />
          <small id={`${id}-hint`}>{hintFor(status, trans)}</small>
        </div>
      )}
      <p className="jp-Secrets-formNote" role="status">
        {isAskedFor ? trans.__('Unlock the store first.') : ''}
      </p>
      <div className="jp-Secrets-formError" role="alert">
        {failure}
      </div>
      <button
        ref={button}
        className="jp-mod-styled jp-mod-accept"
        type="submit"
      >
        {isBusy ? trans.__('Unlocking…') : actionOn(status, trans)}
      </button>
    </form>
  );
}

function isTyped(kind: string): boolean {
  return kind === 'passphrase' || kind === 'recovery';
}

function labelFor({ keys }: IStatus, trans: TranslationBundle): string {
  const typed = keys.filter(isTyped);
  if (typed.length !== 1) {
    return trans.__('Passphrase or recovery key');
  }
  return typed[0] === 'recovery'
    ? trans.__('Recovery key')
    : trans.__('Passphrase');
}

/** What else opens the store, where that may be available. */
function hintFor(status: IStatus, trans: TranslationBundle): string {
  const { isOnPurpose, keys } = status;
  return isOnPurpose && !(keys.length && keys.every(isTyped))
    ? trans.__('Leave it empty to use the key file or the keyring.')
    : '';
}

function actionOn(status: IStatus, trans: TranslationBundle): string {
  return takesTyping(status) || status.isOnPurpose
    ? trans.__('Unlock')
    : trans.__('Try again');
}

/** What a failed attempt has to say: why the store is locked is told above. */
function failureOf(error: SecretsError, trans: TranslationBundle): string {
  return error.kind === 'locked'
    ? trans.__('It is still locked.')
    : error.message;
}

/** Return what was typed, and empty the field if there is one. */
function take(field: HTMLInputElement | null): string {
  if (!field) {
    return '';
  }
  const typed = field.value;
  field.value = '';
  return typed;
}
