import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import {
  CommandToolbarButton,
  FilterBox,
  ReactWidget,
  SidePanel,
  VDomRenderer
} from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { Message } from '@lumino/messaging';
import { Panel } from '@lumino/widgets';
import * as React from 'react';

import { keyIcon } from './icons';
import { SecretsModel } from './model';
import { IContext, moveWithKeys, ScopeItem } from './rows';
import { CommandIDs, FailureKind, SecretsError } from './tokens';

/** The sidebar: a toolbar, a filter and the list of scopes. */
export class SecretsPanel extends SidePanel {
  constructor(
    private readonly _model: SecretsModel,
    commands: CommandRegistry,
    translator: ITranslator
  ) {
    super({ content: new Panel(), translator });
    const trans = translator.load('jupyter_secrets');
    this.addClass('jp-Secrets');
    this.id = 'jupyter-secrets';
    this.title.icon = keyIcon;
    this.title.caption = trans.__('Secrets');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Secrets'));

    for (const [id, label] of [
      [CommandIDs.addSecret, trans.__('Add secret')],
      [CommandIDs.createScope, trans.__('New scope')],
      [CommandIDs.refreshList, '']
    ]) {
      this.toolbar.addItem(
        id,
        new CommandToolbarButton({ commands, id, label })
      );
    }
    this.toolbar.node.setAttribute('aria-label', trans.__('Secrets'));
    this.addWidget(createFilter(_model, trans));
    this.addWidget(new SecretsList(_model, commands, trans));
  }

  protected onBeforeShow(msg: Message): void {
    super.onBeforeShow(msg);
    this._model.resume();
  }

  protected onAfterHide(msg: Message): void {
    this._model.pause();
    super.onAfterHide(msg);
  }
}

function createFilter(
  model: SecretsModel,
  trans: TranslationBundle
): ReactWidget {
  const filter = ReactWidget.create(
    <FilterBox
      placeholder={trans.__('Filter by name')}
      useFuzzyFilter={false}
      updateFilter={(_, query) => {
        model.query = query ?? '';
      }}
    />
  );
  filter.addClass('jp-Secrets-filter');
  return filter;
}

/** The list of scopes, or what there is instead of it. */
class SecretsList extends VDomRenderer<SecretsModel> {
  constructor(
    model: SecretsModel,
    private readonly _commands: CommandRegistry,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('jp-Secrets-body');
  }

  protected render(): JSX.Element {
    const { model, _commands: commands, _trans: trans } = this;
    const context = { model, commands, trans };
    return (
      <>
        <Content {...context} />
        <div className="jp-Secrets-spoken" role="status">
          {model.copied ? trans.__('Copied') : ''}
        </div>
      </>
    );
  }
}

function Content(props: IContext): JSX.Element {
  const { model, trans } = props;
  if (model.failure) {
    return <Failure {...props} failure={model.failure} />;
  }
  if (!model.scopes) {
    return (
      <p className="jp-Secrets-note" role="status">
        {trans.__('Loading…')}
      </p>
    );
  }
  if (model.isEmpty) {
    return <Empty {...props} />;
  }
  if (!model.scopes.length) {
    return (
      <p className="jp-Secrets-note" role="status">
        {model.isBusy ? trans.__('Looking…') : trans.__('Nothing matches.')}
      </p>
    );
  }
  return (
    <ul
      className="jp-Secrets-list"
      aria-label={trans.__('Scopes')}
      onKeyDown={event => moveWithKeys(event, model)}
    >
      {model.scopes.map(entry => (
        <ScopeItem {...props} key={entry.name} entry={entry} />
      ))}
    </ul>
  );
}

function Empty({ commands, trans }: IContext): JSX.Element {
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

function Failure({
  model,
  trans,
  failure
}: IContext & { failure: SecretsError }): JSX.Element {
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
