import { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, showErrorMessage } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import {
  addIcon,
  copyIcon,
  deleteIcon,
  editIcon,
  newFolderIcon,
  refreshIcon
} from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import {
  askDetails,
  askNewScope,
  askNewSecret,
  askNewValue,
  confirmDeleteScope,
  confirmDeleteSecret
} from './dialogs';
import { detailsIcon, lockIcon } from './icons';
import { SecretsModel } from './model';
import { showWeakness } from './notices';
import { withReason } from './reasons';
import { CommandIDs, getCode, ISelection } from './tokens';

/** What the commands work on. */
export interface ICommandContext {
  readonly app: JupyterFrontEnd;
  readonly model: SecretsModel;
  readonly notebooks: INotebookTracker | null;
  readonly panelId: string;
  readonly trans: TranslationBundle;
}

type Args = ReadonlyPartialJSONObject;

const NO_ARGS = { args: { type: 'object', properties: {} } };
const SCOPE = {
  type: 'string',
  description: 'The name of a scope, by default of the selected one'
};
const KEY = {
  type: 'string',
  description: 'The key of a secret, by default of the selected one'
};
const SCOPE_ARGS = { args: { type: 'object', properties: { scope: SCOPE } } };
const SECRET_ARGS = {
  args: { type: 'object', properties: { scope: SCOPE, key: KEY } }
};

/** Add every command; each works on its arguments or else on the selected row. */
export function addCommands(context: ICommandContext): void {
  const { app, model } = context;
  for (const [id, options] of [
    ...panelCommands(context),
    ...scopeCommands(context),
    ...secretCommands(context),
    ...codeCommands(context)
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

type Command = [id: string, options: CommandRegistry.ICommandOptions];

function panelCommands(context: ICommandContext): Command[] {
  const { app, model, panelId, trans } = context;
  return [
    [
      CommandIDs.showPanel,
      {
        label: trans.__('Show Secrets'),
        describedBy: NO_ARGS,
        execute: () => app.shell.activateById(panelId)
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

function scopeCommands(context: ICommandContext): Command[] {
  const { model, trans } = context;
  return [
    [
      CommandIDs.createScope,
      {
        ...adding(trans.__('Create Scope…'), context),
        icon: newFolderIcon,
        describedBy: NO_ARGS,
        execute: async () => {
          if (!(await model.scopeNames())) {
            return leadOut(context);
          }
          const create = (name: string) => model.createScope(name);
          const scope = await askNewScope(trans, create);
          if (scope !== null) {
            model.focus({ scope });
          }
        }
      }
    ],
    [
      CommandIDs.deleteScope,
      {
        label: trans.__('Delete Scope…'),
        icon: deleteIcon,
        describedBy: SCOPE_ARGS,
        isEnabled: args => targetOf(args, model) !== null,
        execute: async args => {
          const scope = targetOf(args, model)!.scope;
          const next = model.neighbour(scope);
          const remove = () => model.deleteScope(scope);
          if (await confirmDeleteScope(trans, scope, remove)) {
            model.focus(next);
          }
        }
      }
    ]
  ];
}

function secretCommands(context: ICommandContext): Command[] {
  const { model, trans } = context;
  return [
    [
      CommandIDs.addSecret,
      {
        ...adding(trans.__('Add Secret…'), context),
        icon: addIcon,
        describedBy: SCOPE_ARGS,
        execute: async args => {
          const scopes = await model.scopeNames();
          if (!scopes) {
            return leadOut(context);
          }
          if (scopes.length) {
            const preselected = targetOf(args, model)?.scope ?? scopes[0];
            return addSecret(context, scopes, preselected);
          }
          const scope = await askFirstScope(context);
          if (scope !== null) {
            model.focus({ scope });
            await addSecret(context, [scope], scope);
          }
        }
      }
    ],
    [
      CommandIDs.replaceValue,
      {
        label: trans.__('Replace Value…'),
        icon: editIcon,
        describedBy: SECRET_ARGS,
        isEnabled: args => secretOf(args, model) !== null,
        execute: async args => {
          const secret = secretOf(args, model)!;
          const { scope, key } = secret;
          const version = model.versionOf(secret); // that the person sees now
          let weakness: string | null = null;
          await askNewValue(trans, secret, async value => {
            weakness = await model.replaceValue(scope, key, value, version);
          });
          tellWeakness(context, secret, weakness);
        }
      }
    ],
    [
      CommandIDs.editDetails,
      {
        label: trans.__('Edit Details…'),
        caption: trans.__('Edit the comment, the expiry and the redaction'),
        icon: detailsIcon,
        describedBy: SECRET_ARGS,
        isEnabled: args => {
          const secret = secretOf(args, model);
          return secret !== null && model.detailsOf(secret) !== null;
        },
        execute: async args => {
          const secret = secretOf(args, model)!;
          await askDetails(trans, secret, model.detailsOf(secret)!, change =>
            model.updateSecret(secret.scope, secret.key, change)
          );
        }
      }
    ],
    [
      CommandIDs.deleteSecret,
      {
        label: trans.__('Delete Secret…'),
        icon: deleteIcon,
        describedBy: SECRET_ARGS,
        isEnabled: args => secretOf(args, model) !== null,
        execute: async args => {
          const secret = secretOf(args, model)!;
          const { scope, key } = secret;
          const remove = () => model.deleteSecret(scope, key);
          if (await confirmDeleteSecret(trans, secret, remove)) {
            model.focus({ scope });
          }
        }
      }
    ]
  ];
}

function codeCommands(context: ICommandContext): Command[] {
  const { app, model, notebooks, trans } = context;
  const editor = () => {
    const cell = notebooks?.activeCell;
    return cell?.model.type === 'code' ? cell.editor : null;
  };
  return [
    [
      CommandIDs.copyCode,
      {
        label: trans.__('Copy Code'),
        caption: trans.__('Copy the Python code that gets the secret'),
        icon: copyIcon,
        describedBy: SECRET_ARGS,
        isEnabled: args => secretOf(args, model) !== null,
        execute: args => {
          const secret = secretOf(args, model)!;
          Clipboard.copyToSystem(getCode(secret.scope, secret.key));
          model.markCopied(secret);
        }
      }
    ],
    [
      CommandIDs.insertCode,
      {
        label: () =>
          editor()
            ? trans.__('Insert Code into Cell')
            : trans.__('Insert Code into Cell (select a code cell first)'),
        caption: trans.__('Insert the Python code that gets the secret'),
        describedBy: SECRET_ARGS,
        isEnabled: args => secretOf(args, model) !== null && !!editor(),
        execute: args => {
          const secret = secretOf(args, model)!;
          const notebook = notebooks!.currentWidget!;
          editor()!.replaceSelection?.(getCode(secret.scope, secret.key));
          app.shell.activateById(notebook.id);
          notebook.content.mode = 'edit';
        }
      }
    ]
  ];
}

/** What commands that add something have in common: where they cannot, they say why. */
function adding(
  label: string,
  { model, trans }: ICommandContext
): Pick<CommandRegistry.ICommandOptions, 'label' | 'caption' | 'isEnabled'> {
  return {
    label: () => withReason(label, model.obstacle, trans),
    caption: () =>
      model.obstacle ? withReason(label, model.obstacle, trans) : '',
    isEnabled: () => model.obstacle === null
  };
}

/** Go to the sidebar, which says what is in the way, and where to unlock the store. */
async function leadOut({ app, model }: ICommandContext): Promise<void> {
  model.focusUnlock();
  await app.commands.execute(CommandIDs.showPanel);
}

async function askFirstScope({
  model,
  trans
}: ICommandContext): Promise<string | null> {
  return askNewScope(
    trans,
    name => model.createScope(name),
    trans.__(
      'Every secret is in a scope, which is a project or a system. Create the first one.'
    )
  );
}

async function addSecret(
  context: ICommandContext,
  scopes: readonly string[],
  preselected: string
): Promise<void> {
  const { model, trans } = context;
  let weakness: string | null = null;
  const add = async (scope: string, key: string, value: string) => {
    weakness = await model.addSecret(scope, key, value);
  };
  const secret = await askNewSecret(trans, scopes, preselected, add);
  if (secret) {
    model.focus(secret);
    tellWeakness(context, secret, weakness);
  }
}

function tellWeakness(
  { app, trans }: ICommandContext,
  secret: Required<ISelection>,
  weakness: string | null
): void {
  if (weakness) {
    const args = { ...secret };
    showWeakness(secret, weakness, trans, () => {
      void app.commands.execute(CommandIDs.replaceValue, args);
    });
  }
}

/** The scope, and maybe key, that a command is for. */
function targetOf(args: Args, model: SecretsModel): ISelection | null {
  return typeof args.scope === 'string'
    ? (args as unknown as ISelection)
    : model.selection;
}

/** The secret that a command is for. */
function secretOf(
  args: Args,
  model: SecretsModel
): Required<ISelection> | null {
  const target = targetOf(args, model);
  return target?.key ? (target as Required<ISelection>) : null;
}
