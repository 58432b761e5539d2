import {
  ILayoutRestorer,
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ICompletionProviderManager } from '@jupyterlab/completer';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CommandToolbarButton } from '@jupyterlab/ui-components';

import { SecretsClient } from './api';
import { addCommands } from './commands';
import { SecretsCompletion } from './completion';
import { SecretsModel } from './model';
import { showNotice } from './notices';
import { SecretsPanel } from './panel';
import { StatusItem, StatusModel } from './statusItem';
import { CommandIDs } from './tokens';

/** The sidebar, its commands, and what the server has to say. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-secrets:plugin',
  description: 'Lists and edits the secrets that notebooks ask for.',
  autoStart: true,
  optional: [
    ICommandPalette,
    ICompletionProviderManager,
    ILayoutRestorer,
    INotebookTracker,
    ISettingRegistry,
    IStatusBar,
    ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    palette: ICommandPalette | null,
    completion: ICompletionProviderManager | null,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null,
    settings: ISettingRegistry | null,
    statusBar: IStatusBar | null,
    maybeTranslator: ITranslator | null
  ) => {
    const translator = maybeTranslator ?? nullTranslator;
    const trans = translator.load('jupyter_secrets');
    const { events, serverSettings } = app.serviceManager;
    const client = new SecretsClient(serverSettings, trans);
    const model = new SecretsModel(client, trans);
    const panel = new SecretsPanel(model, app.commands, translator);
    addCommands({ app, client, model, notebooks, panel, trans });

    app.shell.add(panel, 'left', { rank: 650, type: 'Secrets' });
    restorer?.add(panel, panel.id);
    for (const command of [
      CommandIDs.showPanel,
      CommandIDs.refreshList,
      CommandIDs.createScope,
      CommandIDs.addSecret,
      CommandIDs.showStore,
      CommandIDs.lockStore
    ]) {
      palette?.addItem({ command, category: trans.__('Secrets') });
    }
    settings?.load(plugin.id).then(
      loaded => model.reminder.follow(loaded),
      reason => console.error(`No settings of ${plugin.id}:`, reason)
    );
    if (app.name !== 'JupyterLab') {
      addToolbarButton(app);
    }
    completion?.registerProvider(new SecretsCompletion(client));
    if (statusBar && notebooks) {
      const status = new StatusModel(client, notebooks);
      statusBar.registerStatusItem('jupyter-secrets:status', {
        item: new StatusItem(status, app.commands, trans),
        align: 'left',
        rank: 20
      });
    }
    events.stream.connect((_, emission) => showNotice(emission, trans));
  }
};

/** Jupyter Notebook hides its sidebars until one is opened: its toolbar leads to ours. */
function addToolbarButton({ commands, docRegistry }: JupyterFrontEnd): void {
  docRegistry.addWidgetExtension('Notebook', {
    createNew: (panel: NotebookPanel) => {
      const button = new CommandToolbarButton({
        commands,
        id: CommandIDs.showPanel,
        label: ''
      });
      panel.toolbar.insertBefore('spacer', 'jupyter-secrets', button);
      return button;
    }
  });
}

export default plugin;
