import { Clipboard, showErrorMessage } from '@jupyterlab/apputils';
import { copyIcon } from '@jupyterlab/ui-components';

import { copyForAWhile } from './clipboard';
import {
  Command,
  ICommandContext,
  SECRET_ARGS,
  secretOf,
  taking
} from './commandContext';
import { eyeIcon, insertIcon } from './icons';
import { decode } from './reveal';
import { CommandIDs, getCode, getReference } from './tokens';

/** What one does with a secret: get it in code, copy it, look at it. */
export function usageCommands(context: ICommandContext): Command[] {
  return [...codeCommands(context), ...valueCommands(context)];
}

function codeCommands(context: ICommandContext): Command[] {
  const { app, model, notebooks, trans } = context;
  return [
    [
      CommandIDs.insertCode,
      {
        label: () =>
          editorOf(context)
            ? trans.__('Insert Call into Cell')
            : trans.__('Insert Call into Cell (select a code cell first)'),
        caption: trans.__('Insert the Python code that gets the secret'),
        icon: insertIcon,
        describedBy: SECRET_ARGS,
        isEnabled: args =>
          secretOf(args, model) !== null && editorOf(context) !== null,
        execute: args => {
          const secret = secretOf(args, model)!;
          const notebook = notebooks!.currentWidget!;
          const code = getCode(secret.scope, secret.key);
          editorOf(context)!.replaceSelection?.(code);
          model.confirmation.show(secret, trans.__('Call inserted'));
          app.shell.activateById(notebook.id);
          notebook.content.mode = 'edit';
        }
      }
    ],
    [
      CommandIDs.copyCode,
      {
        label: trans.__('Copy Call'),
        caption: trans.__('Copy the Python code that gets the secret'),
        icon: copyIcon,
        describedBy: SECRET_ARGS,
        isEnabled: args => secretOf(args, model) !== null,
        execute: args => {
          const secret = secretOf(args, model)!;
          Clipboard.copyToSystem(getCode(secret.scope, secret.key));
          model.confirmation.show(secret, trans.__('Call copied'));
        }
      }
    ],
    [
      CommandIDs.copyReference,
      {
        label: trans.__('Copy Reference'),
        caption: trans.__(
          'Copy what stands for the secret in a kernel’s environment and in Spark’s configuration'
        ),
        describedBy: SECRET_ARGS,
        isEnabled: args => secretOf(args, model) !== null,
        execute: args => {
          const secret = secretOf(args, model)!;
          Clipboard.copyToSystem(getReference(secret.scope, secret.key));
          model.confirmation.show(secret, trans.__('Reference copied'));
        }
      }
    ]
  ];
}

function valueCommands(context: ICommandContext): Command[] {
  const { client, model, trans } = context;
  return [
    [
      CommandIDs.revealValue,
      {
        ...taking(
          'READ',
          trans.__('Show Value for 10 Seconds'),
          context,
          secretOf
        ),
        caption: trans.__(
          'Show the value; the audit log says that you read it'
        ),
        icon: eyeIcon,
        describedBy: SECRET_ARGS,
        execute: async args => {
          const secret = secretOf(args, model)!;
          try {
            const value = await client.getValue(secret.scope, secret.key);
            model.reveal.show(secret, value);
          } catch (error) {
            await showErrorMessage(
              trans.__('The value cannot be shown'),
              error as Error
            );
          }
        }
      }
    ],
    [
      CommandIDs.copyValue,
      {
        ...taking('READ', trans.__('Copy Value'), context, secretOf),
        caption: trans.__(
          'Copy the value; the audit log says that you read it'
        ),
        describedBy: SECRET_ARGS,
        execute: async args => {
          const secret = secretOf(args, model)!;
          try {
            const value = await client.getValue(secret.scope, secret.key);
            model.confirmation.show(secret, await copied(value, context));
          } catch (error) {
            await showErrorMessage(
              trans.__('The value was not copied'),
              error as Error
            );
          }
        }
      }
    ]
  ];
}

/** Copy a value; return what to say of it. */
async function copied(
  value: Uint8Array,
  { trans }: ICommandContext
): Promise<string> {
  const text = decode(value);
  if (text === null) {
    throw new Error(
      trans.__('It is not text. Copy the call, and read it in a notebook.')
    );
  }
  return (await copyForAWhile(text))
    ? trans.__('Value copied for 30 s')
    : trans.__('Value copied');
}

/** The editor of the code cell that is selected, or null. */
function editorOf({ notebooks }: ICommandContext) {
  const cell = notebooks?.activeCell;
  return cell?.model.type === 'code' ? cell.editor : null;
}
