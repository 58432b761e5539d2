import { Clipboard } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon, copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { MAKE_RECOVERY_KEY } from './reminder';
import { Action, IContext } from './rows';
import { CommandIDs, FailureKind, IStatus, SecretsError } from './tokens';
import { takesTyping, UnlockForm } from './unlock';

type IStateProps = Omit<IContext, 'openMenu'>;

/** There is no scope: say what one is, and offer it. */
export function Empty({ commands, trans }: IStateProps): JSX.Element {
  return (
    <div className="jp-Secrets-state">
      <h3>{trans.__('No secrets yet')}</h3>
      <p>
        {trans.__(
          'A scope holds the secrets of one project or system; notebooks ask for them by scope and key.'
        )}
      </p>
      <button
        className="jp-mod-styled jp-mod-accept"
        onClick={() => void commands.execute(CommandIDs.createScope)}
      >
        {trans.__('Create a scope')}
      </button>
    </div>
  );
}

/** What went wrong, and what there is to do about it. */
export function Failure(
  props: IStateProps & { failure: SecretsError }
): JSX.Element {
  const { model, trans, failure } = props;
  if (failure.kind === 'locked') {
    return <Locked {...props} />;
  }
  return (
    <div className="jp-Secrets-state" role="alert">
      <h3>{headline(failure.kind, trans)}</h3>
      <p>
        {failure.kind === 'missing'
          ? trans.__(
              'Enable it on the server with “jupyter server extension enable jupyter_secrets” and restart the server.'
            )
          : failure.message}
      </p>
      <button className="jp-mod-styled" onClick={() => void model.refresh()}>
        {trans.__('Retry')}
      </button>
    </div>
  );
}

/** Tells, below the list, to make a recovery key; nothing where that is not to be told. */
export function Reminder({
  commands,
  model,
  trans
}: IStateProps): JSX.Element | null {
  if (!model.reminder.isDue || model.failure || model.isEmpty) {
    return null;
  }
  return (
    <div className="jp-Secrets-reminder" role="note">
      <span>
        {trans.__(
          'If the store’s key is lost, so are your secrets: make a recovery key by'
        )}{' '}
        <code>{MAKE_RECOVERY_KEY}</code>
      </span>
      <Action
        icon={copyIcon}
        label={trans.__('Copy the command')}
        isTabStop
        onClick={() => Clipboard.copyToSystem(MAKE_RECOVERY_KEY)}
      />
      <Action
        icon={closeIcon}
        label={trans.__('Do not remind me again')}
        isTabStop
        onClick={() => void commands.execute(CommandIDs.dismissReminder)}
      />
    </div>
  );
}

/** Says why the store is locked, and to whoever may unlock it how. */
function Locked({ model, trans }: IStateProps): JSX.Element {
  // What was said of an open store says nothing of the lock; an answer is on its way.
  const status = model.status?.state === 'locked' ? model.status : null;
  return (
    <div className="jp-Secrets-state">
      <div role="alert">
        <h3>{headline('locked', trans)}</h3>
        {status && <p>{explain(status, trans)}</p>}
      </div>
      {status?.isAdmin && (
        <UnlockForm
          key={String(takesTyping(status))}
          model={model}
          status={status}
          trans={trans}
        />
      )}
    </div>
  );
}

function explain(status: IStatus, trans: TranslationBundle): string {
  if (!status.isAdmin) {
    return trans.__(
      'Ask an administrator to unlock it. Notebooks get no secrets until then.'
    );
  }
  return status.isOnPurpose
    ? trans.__('Notebooks get no secrets until it is unlocked.')
    : status.message;
}

function headline(kind: FailureKind, trans: TranslationBundle): string {
  switch (kind) {
    case 'missing':
      return trans.__('The server extension is missing');
    case 'locked':
      return trans.__('The store is locked');
    case 'noConnection':
      return trans.__('No connection');
    case 'refused':
      return trans.__('The scopes could not be listed');
  }
}
