import { showErrorMessage } from '@jupyterlab/apputils';
import { infoIcon, refreshIcon } from '@jupyterlab/ui-components';

import { Command, ICommandContext, NO_ARGS } from './commandContext';
import { keyIcon, lockIcon } from './icons';
import { withReason } from './reasons';
import { scopeCommands } from './scopeCommands';
import { secretCommands } from './secretCommands';
import { showStore } from './storeDialog';
import { CommandIDs } from './tokens';
import { usageCommands } from './usageCommands';

/** Add every command; each works on its arguments or else on the selected row. */
export function addCommands(context: ICommandContext): void {
  const { app, model } = context;
  for (const [id, options] of [
    ...panelCommands(context),
    ...scopeCommands(context),
    ...secretCommands(context),
    ...usageCommands(context)
  ]) {
    app.commands.addCommand(id, options);
  }
  let obstacle = model.obstacle;
  model.stateChanged.connect(() => {
    if (model.obstacle !== obstacle) {
      obstacle = model.obstacle;
      app.commands.notifyCommandChanged(CommandIDs.addSecret);
      app.commands.notifyCommandChanged(CommandIDs.createScope);
    }
  });
}

function panelCommands(context: ICommandContext): Command[] {
  const { app, model, panel, trans } = context;
  return [
    [
      CommandIDs.showPanel,
      {
        label: trans.__('Show Secrets'),
        caption: trans.__('Show the secrets sidebar'),
        icon: keyIcon,
        describedBy: NO_ARGS,
        // Jupyter Notebook 7.2 closes a sidebar that is open already.
        execute: () =>
          panel.isVisible ? panel.activate() : app.shell.activateById(panel.id)
      }
    ],
    [
      CommandIDs.refreshList,
      {
        label: trans.__('Refresh Secrets'),
        caption: trans.__('Refresh the list of secrets'),
        icon: refreshIcon,
        describedBy: NO_ARGS,
        execute: () => model.refresh()
      }
    ],
    [
      CommandIDs.showStore,
      {
        label: trans.__('About the Store…'),
        caption: trans.__('Show how the store is doing, and what opens it'),
        icon: infoIcon,
        describedBy: NO_ARGS,
        isEnabled: () => model.failure?.kind !== 'noConnection',
        execute: async () => {
          try {
            await showStore(trans, await context.client.status());
          } catch (error) {
            await showErrorMessage(
              trans.__('Nothing is known of the store'),
              error as Error
            );
          }
        }
      }
    ],
    [
      CommandIDs.lockStore,
      {
        label: () =>
          withReason(
            trans.__('Lock Secrets'),
            model.failure?.kind ?? null,
            trans
          ),
        caption: trans.__(
          'Make the server forget the keys until somebody unlocks the store'
        ),
        icon: lockIcon,
        describedBy: NO_ARGS,
        isEnabled: () => model.failure === null,
        isVisible: () => model.isAdmin,
        execute: async () => {
          try {
            await model.lock();
          } catch (error) {
            return showErrorMessage(
              trans.__('The store was not locked'),
              error as Error
            );
          }
          // The sidebar says that it is, and how to unlock it.
          await app.commands.execute(CommandIDs.showPanel);
        }
      }
    ],
    [
      CommandIDs.dismissReminder,
      {
        label: trans.__('Do Not Remind of the Recovery Key'),
        describedBy: NO_ARGS,
        isEnabled: () => model.reminder.isDue,
        execute: () => model.reminder.dismiss()
      }
    ]
  ];
}
