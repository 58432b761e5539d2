import { DOMUtils } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { SecretsModel } from './model';

interface IProps {
  readonly model: SecretsModel;
  readonly trans: TranslationBundle;
}

/**
 * A masked field for what opens a locked store, and the button that tries it.
 *
 * React is not told what is typed: it would copy it into the `value` attribute, and so into the
 * page's HTML. The field is empty again before the server answers.
 */
export function UnlockForm({ model, trans }: IProps): JSX.Element {
  const field = React.useRef<HTMLInputElement>(null);
  const [id] = React.useState(() => DOMUtils.createDomID());
  const [message, setMessage] = React.useState('');
  const [isBusy, setBusy] = React.useState(false);
  React.useEffect(() => {
    const input = field.current!;
    return () => {
      input.value = '';
    };
  }, []);

  const unlock = async () => {
    const passphrase = take(field.current!);
    setBusy(true);
    setMessage('');
    try {
      await model.unlock(passphrase);
    } catch (error) {
      setMessage((error as Error).message);
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
      <div className="jp-Secrets-field">
        <label htmlFor={id}>{trans.__('Passphrase or recovery key')}</label>
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
        <small id={`${id}-hint`}>
          {trans.__('Leave it empty to use the key file or the keyring.')}
        </small>
      </div>
      <div className="jp-Secrets-formError" role="alert">
        {message}
      </div>
      <button className="jp-mod-styled jp-mod-accept" type="submit">
        {isBusy ? trans.__('Unlocking…') : trans.__('Unlock')}
      </button>
    </form>
  );
}

/** Return what was typed, and empty the field. */
function take(field: HTMLInputElement): string {
  const typed = field.value;
  field.value = '';
  return typed;
}
