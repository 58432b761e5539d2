import { showErrorMessage } from '@jupyterlab/apputils';
import {
  addIcon,
  deleteIcon,
  editIcon,
  historyIcon
} from '@jupyterlab/ui-components';

import { adding, leadOut } from './adding';
import {
  ADD_ARGS,
  Command,
  ICommandContext,
  SECRET_ARGS,
  secretOf,
  taking,
  targetOf
} from './commandContext';
import { askDetails, askNewScope } from './dialogs';
import { chooseVersion } from './history';
import { detailsIcon } from './icons';
import { showDeleted, showWeakness } from './notices';
import { askNewSecret, askNewValue } from './secretDialogs';
import { CommandIDs, ISelection } from './tokens';

/** How one changes secrets. */
export function secretCommands(context: ICommandContext): Command[] {
  return [
    addCommand(context),
    replaceCommand(context),
    detailsCommand(context),
    versionsCommand(context),
    deleteCommand(context)
  ];
}

function addCommand(context: ICommandContext): Command {
  const { model, trans } = context;
  const label = trans.__('Add Secret…');
  const anywhere = adding(label, context);
  const inScope = taking('WRITE', label, context, targetOf);
  return [
    CommandIDs.addSecret,
    {
      ...anywhere,
      label: args => (args.inScope ? inScope : anywhere).label(args),
      isEnabled: args => (args.inScope ? inScope : anywhere).isEnabled(args),
      icon: addIcon,
      describedBy: ADD_ARGS,
      execute: async args => {
        const names = await model.scopeNames();
        if (!names) {
          return leadOut(context);
        }
        const scopes = names.filter(name => model.may('WRITE', name));
        if (scopes.length) {
          const wanted = targetOf(args, model)?.scope ?? '';
          const preselected = scopes.includes(wanted) ? wanted : scopes[0];
          return addSecret(context, scopes, preselected);
        }
        const scope = await askFirstScope(context);
        if (scope !== null) {
          model.focus({ scope });
          await addSecret(context, [scope], scope);
        }
      }
    }
  ];
}

function replaceCommand(context: ICommandContext): Command {
  const { model, trans } = context;
  return [
    CommandIDs.replaceValue,
    {
      ...taking('WRITE', trans.__('Replace Value…'), context, secretOf),
      icon: editIcon,
      describedBy: SECRET_ARGS,
      execute: async args => {
        const secret = secretOf(args, model)!;
        const { scope, key } = secret;
        const version = model.versionOf(secret); // that the person sees now
        let weakness: string | null = null;
        await askNewValue(trans, secret, model.detailsOf(secret), {
          store: async value => {
            weakness = await model.replaceValue(scope, key, value, version);
          },
          update: change => model.updateSecret(scope, key, change)
        });
        tellWeakness(context, secret, weakness);
      }
    }
  ];
}

function detailsCommand(context: ICommandContext): Command {
  const { model, trans } = context;
  const base = taking('WRITE', trans.__('Edit Details…'), context, secretOf);
  return [
    CommandIDs.editDetails,
    {
      ...base,
      caption: trans.__('Edit the comment, the expiry and the redaction'),
      icon: detailsIcon,
      describedBy: SECRET_ARGS,
      isEnabled: args => {
        const secret = secretOf(args, model);
        const isListed = !!secret && model.detailsOf(secret) !== null;
        return isListed && model.may('WRITE', secret.scope);
      },
      execute: async args => {
        const secret = secretOf(args, model)!;
        await askDetails(trans, secret, model.detailsOf(secret)!, change =>
          model.updateSecret(secret.scope, secret.key, change)
        );
      }
    }
  ];
}

function versionsCommand(context: ICommandContext): Command {
  const { client, model, trans } = context;
  return [
    CommandIDs.showVersions,
    {
      ...taking('READ', trans.__('Versions…'), context, secretOf),
      caption: trans.__('Show the versions of the value, and go back to one'),
      icon: historyIcon,
      describedBy: SECRET_ARGS,
      execute: async args => {
        const secret = secretOf(args, model)!;
        const { scope, key } = secret;
        const restored = await chooseVersion(
          trans,
          secret,
          model.may('WRITE', scope),
          () => client.listVersions(scope, key),
          version => model.restoreSecret(scope, key, version)
        );
        if (restored !== null) {
          model.confirmation.show(
            secret,
            trans.__('Version %1 is back', String(restored))
          );
        }
      }
    }
  ];
}

/** Deletes at once: the notification undoes it, and the scope's deleted secrets keep it. */
function deleteCommand(context: ICommandContext): Command {
  const { model, trans } = context;
  return [
    CommandIDs.deleteSecret,
    {
      ...taking('WRITE', trans.__('Delete Secret'), context, secretOf),
      icon: deleteIcon,
      describedBy: SECRET_ARGS,
      execute: async args => {
        const secret = secretOf(args, model)!;
        const { scope, key } = secret;
        const next = model.neighbour(secret);
        try {
          await model.deleteSecret(scope, key);
        } catch (error) {
          return showErrorMessage(
            trans.__('The secret was not deleted'),
            error as Error
          );
        }
        model.focus(next);
        showDeleted(secret, trans, async () => {
          await model.restoreSecret(scope, key);
          model.focus(secret);
        });
      }
    }
  ];
}

async function askFirstScope({
  model,
  trans
}: ICommandContext): Promise<string | null> {
  return askNewScope(
    trans,
    name => model.createScope(name),
    model.isEmpty
      ? trans.__(
          'Every secret is in a scope, which is a project or a system. Create the first one.'
        )
      : trans.__('You may not store secrets in any of the scopes: create one.')
  );
}

async function addSecret(
  context: ICommandContext,
  scopes: readonly string[],
  preselected: string
): Promise<void> {
  const { model, trans } = context;
  let weakness: string | null = null;
  const secret = await askNewSecret(trans, scopes, preselected, {
    store: async (scope, key, value) => {
      weakness = await model.addSecret(scope, key, value);
    },
    update: (scope, key, change) => model.updateSecret(scope, key, change)
  });
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
