import {
  ILayoutRestorer,
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { SecretsClient } from './api';
import { addCommands } from './commands';
import { SecretsModel } from './model';
import { showNotice } from './notices';
import { SecretsPanel } from './panel';
import { CommandIDs } from './tokens';

/** The sidebar, its commands, and what the server has to say. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-secrets:plugin',
  description: 'Lists and edits the secrets that notebooks ask for.',
  autoStart: true,
  optional: [
    ICommandPalette,
    ILayoutRestorer,
    INotebookTracker,
    ISettingRegistry,
    ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null,
    settings: ISettingRegistry | null,
    maybeTranslator: ITranslator | null
  ) => {
    const translator = maybeTranslator ?? nullTranslator;
    const trans = translator.load('jupyter_secrets');
    const { events, serverSettings } = app.serviceManager;
    const model = new SecretsModel(
      new SecretsClient(serverSettings, trans),
      trans
    );
    const panel = new SecretsPanel(model, app.commands, translator);
    addCommands({ app, model, notebooks, panelId: panel.id, trans });

    app.shell.add(panel, 'left', { rank: 650, type: 'Secrets' });
    restorer?.add(panel, panel.id);
    for (const command of [
      CommandIDs.showPanel,
      CommandIDs.refreshList,
      CommandIDs.createScope,
      CommandIDs.addSecret,
      CommandIDs.lockStore
    ]) {
      palette?.addItem({ command, category: trans.__('Secrets') });
    }
    settings?.load(plugin.id).then(
      loaded => model.reminder.follow(loaded),
      reason => console.error(`No settings of ${plugin.id}:`, reason)
    );
    events.stream.connect((_, emission) => showNotice(emission, trans));
  }
};

export default plugin;
