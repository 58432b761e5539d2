import { JupyterFrontEnd } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';

import { SecretsModel } from './model';
import { ISecretsClient, ISelection, Permission } from './tokens';

/** What the commands work on. */
export interface ICommandContext {
  readonly app: JupyterFrontEnd;
  readonly client: ISecretsClient;
  readonly model: SecretsModel;
  readonly notebooks: INotebookTracker | null;
  readonly panel: Widget;
  readonly trans: TranslationBundle;
}

/** Whether something can be done now, and what it is called, with the reason why not. */
export interface IAvailability {
  label(args: Args): string;
  isEnabled(args: Args): boolean;
}

export type Args = ReadonlyPartialJSONObject;
export type Command = [id: string, options: CommandRegistry.ICommandOptions];

const SCOPE = {
  type: 'string',
  description: 'The name of a scope, by default of the selected one'
};
const KEY = {
  type: 'string',
  description: 'The key of a secret, by default of the selected one'
};
export const NO_ARGS = { args: { type: 'object', properties: {} } };
export const SCOPE_ARGS = {
  args: { type: 'object', properties: { scope: SCOPE } }
};
export const ADD_ARGS = {
  args: {
    type: 'object',
    properties: {
      scope: SCOPE,
      inScope: {
        type: 'boolean',
        description: 'Whether it is for this scope and no other'
      }
    }
  }
};
export const SECRET_ARGS = {
  args: { type: 'object', properties: { scope: SCOPE, key: KEY } }
};

/** The scope, and maybe key, that a command is for. */
export function targetOf(args: Args, model: SecretsModel): ISelection | null {
  return typeof args.scope === 'string'
    ? (args as unknown as ISelection)
    : model.selection;
}

/** The secret that a command is for. */
export function secretOf(
  args: Args,
  model: SecretsModel
): Required<ISelection> | null {
  const target = targetOf(args, model);
  return target?.key ? (target as Required<ISelection>) : null;
}

/** What a command on a scope, or on a secret in it, has where it takes a permission there. */
export function taking(
  permission: Permission,
  label: string,
  { model, trans }: ICommandContext,
  find: (args: Args, model: SecretsModel) => ISelection | null
): IAvailability {
  const may = (args: Args) => {
    const target = find(args, model);
    return !target || model.may(permission, target.scope);
  };
  return {
    label: args =>
      may(args) ? label : trans.__('%1 (takes %2)', label, permission),
    isEnabled: args => find(args, model) !== null && may(args)
  };
}
