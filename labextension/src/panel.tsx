import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import {
  CommandToolbarButton,
  ellipsesIcon,
  FilterBox,
  MenuSvg,
  ReactWidget,
  SidePanel,
  ToolbarButton,
  VDomRenderer
} from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { Message } from '@lumino/messaging';
import { Menu, Panel } from '@lumino/widgets';
import * as React from 'react';

import { keyIcon } from './icons';
import { ScopeTree } from './list';
import { createRowMenus, IRowMenus } from './menus';
import { SecretsModel } from './model';
import { IContext } from './rows';
import { Empty, Failure, Reminder } from './states';
import { CommandIDs } from './tokens';

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
      [CommandIDs.createScope, trans.__('Create scope')]
    ]) {
      this.toolbar.addItem(
        id,
        new CommandToolbarButton({ commands, id, label })
      );
    }
    this._menu = createMenu(commands);
    this.toolbar.addItem('menu', createMenuButton(this._menu, trans));
    this.toolbar.node.setAttribute('aria-label', trans.__('Secrets'));
    this.toolbar.addClass('jp-Secrets-toolbar');
    this.content.addClass('jp-Secrets-panel');
    this.addWidget(createFilter(_model, trans));
    this._rowMenus = createRowMenus(commands, _model);
    this.addWidget(new SecretsList(_model, commands, trans, this._rowMenus));
  }

  dispose(): void {
    this._menu.dispose();
    this._rowMenus.dispose();
    super.dispose();
  }

  /** What is there before its area is gets no message when it is shown with it. */
  protected onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    if (this.isVisible) {
      this._model.resume();
    }
  }

  protected onBeforeShow(msg: Message): void {
    super.onBeforeShow(msg);
    this._model.resume();
  }

  protected onAfterHide(msg: Message): void {
    this._model.pause();
    super.onAfterHide(msg);
  }

  /** The keyboard goes to the list, or to what there is instead of it. */
  protected onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this._model.focusAny();
  }

  private readonly _menu: Menu;
  private readonly _rowMenus: IRowMenus;
}

/** What can be done with the store as a whole. */
function createMenu(commands: CommandRegistry): Menu {
  const menu = new MenuSvg({ commands });
  menu.addItem({ command: CommandIDs.createScope });
  menu.addItem({ command: CommandIDs.addSecret });
  menu.addItem({ type: 'separator' });
  menu.addItem({ command: CommandIDs.refreshList });
  menu.addItem({ type: 'separator' });
  menu.addItem({ command: CommandIDs.showStore });
  menu.addItem({ command: CommandIDs.lockStore });
  return menu;
}

function createMenuButton(menu: Menu, trans: TranslationBundle): ToolbarButton {
  const button = new ToolbarButton({
    icon: ellipsesIcon,
    tooltip: trans.__('More'),
    'aria-haspopup': 'menu',
    onClick: () => {
      const { left, bottom } = button.node.getBoundingClientRect();
      menu.open(left, bottom);
    }
  });
  button.addClass('jp-Secrets-menu');
  return button;
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
  filter.node.addEventListener('keydown', event => {
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      model.focusAny();
    }
  });
  return filter;
}

/** The list of scopes, or what there is instead of it. */
class SecretsList extends VDomRenderer<SecretsModel> {
  constructor(
    model: SecretsModel,
    private readonly _commands: CommandRegistry,
    private readonly _trans: TranslationBundle,
    private readonly _rowMenus: IRowMenus
  ) {
    super(model);
    this.addClass('jp-Secrets-body');
  }

  protected render(): JSX.Element {
    const { model, _commands: commands, _trans: trans } = this;
    const { openMenu } = this._rowMenus;
    const context = { model, commands, trans, openMenu };
    return (
      <>
        <Content {...context} />
        <Reminder {...context} />
        <div className="jp-Secrets-spoken" role="status">
          {spoken(model, trans)}
        </div>
      </>
    );
  }
}

/** What was done a moment ago, and with what, for those who do not see the row. */
function spoken(
  { confirmation, reveal }: SecretsModel,
  trans: TranslationBundle
): string {
  const { secret, text } = confirmation;
  if (secret) {
    return `${text}: ${secret.scope}/${secret.key}`;
  }
  return reveal.isShown ? trans.__('The value is shown for 10 seconds.') : '';
}

function Content(props: IContext): JSX.Element {
  const { model } = props;
  if (!model.failure && model.scopes?.length) {
    return <ScopeTree {...props} />;
  }
  return (
    <div className="jp-Secrets-content">
      <State {...props} />
    </div>
  );
}

/** What there is instead of a list. */
function State(props: IContext): JSX.Element {
  const { model, trans } = props;
  if (model.failure) {
    return <Failure {...props} failure={model.failure} />;
  }
  if (model.isEmpty) {
    return <Empty {...props} />;
  }
  return (
    <p className="jp-Secrets-note" role="status">
      {noteOf(model, trans)}
    </p>
  );
}

function noteOf(model: SecretsModel, trans: TranslationBundle): string {
  if (!model.scopes) {
    return trans.__('Loading…');
  }
  return model.isBusy ? trans.__('Looking…') : trans.__('Nothing matches.');
}
