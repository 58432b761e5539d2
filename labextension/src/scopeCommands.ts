import {
  deleteIcon,
  listIcon,
  newFolderIcon,
  undoIcon,
  usersIcon
} from '@jupyterlab/ui-components';

import { showActivity } from './activity';
import {
  Command,
  ICommandContext,
  NO_ARGS,
  SCOPE_ARGS,
  SECRET_ARGS,
  taking,
  targetOf
} from './commandContext';
import { adding, leadOut } from './adding';
import { askNewScope, confirmDeleteScope } from './dialogs';
import { chooseDeleted } from './history';
import { editPermissions } from './permissions';
import { CommandIDs } from './tokens';

/** What one does with scopes as a whole. */
export function scopeCommands(context: ICommandContext): Command[] {
  const { client, model, trans } = context;
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
        ...taking('MANAGE', trans.__('Delete Scope…'), context, targetOf),
        icon: deleteIcon,
        describedBy: SCOPE_ARGS,
        execute: async args => {
          const { scope } = targetOf(args, model)!;
          const next = model.neighbour({ scope });
          const count = model.scope(scope)?.count ?? null;
          const remove = () => model.deleteScope(scope);
          if (await confirmDeleteScope(trans, scope, count, remove)) {
            model.focus(next);
          }
        }
      }
    ],
    permissionsCommand(context),
    activityCommand(context),
    [
      CommandIDs.restoreDeleted,
      {
        ...taking('WRITE', trans.__('Restore Deleted…'), context, targetOf),
        caption: trans.__('Show the deleted secrets of the scope'),
        icon: undoIcon,
        describedBy: SCOPE_ARGS,
        execute: async args => {
          const { scope } = targetOf(args, model)!;
          const key = await chooseDeleted(
            trans,
            scope,
            () => client.listDeleted(scope),
            key => model.restoreSecret(scope, key)
          );
          if (key !== null) {
            model.focus({ scope, key });
          }
        }
      }
    ]
  ];
}

function permissionsCommand(context: ICommandContext): Command {
  const { client, model, trans } = context;
  return [
    CommandIDs.editPermissions,
    {
      ...taking('MANAGE', trans.__('Permissions…'), context, targetOf),
      caption: trans.__('Show and change who may do what in the scope'),
      icon: usersIcon,
      describedBy: SCOPE_ARGS,
      execute: async args => {
        const { scope } = targetOf(args, model)!;
        await editPermissions(trans, scope, {
          list: () => client.listAcl(scope),
          put: (principal, permission) =>
            client.putAcl(scope, principal, permission),
          remove: principal => client.deleteAcl(scope, principal),
          suggest: async () => [
            'group:users',
            ...(await client.listServicePrincipals())
          ]
        });
        await model.refresh();
      }
    }
  ];
}

function activityCommand(context: ICommandContext): Command {
  const { client, model, trans } = context;
  return [
    CommandIDs.showActivity,
    {
      ...taking('MANAGE', trans.__('Activity…'), context, targetOf),
      caption: trans.__('Show who read and changed it, from the audit log'),
      icon: listIcon,
      describedBy: SECRET_ARGS,
      execute: async args => {
        const target = targetOf(args, model)!;
        await showActivity(trans, target, () =>
          client.listActivity(target.scope, target.key)
        );
      }
    }
  ];
}
